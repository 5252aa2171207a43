import { type ApplicationSettings, usualSettings } from '../services/application.js'
import { pastePrograms } from './paste-programs.js'
import { type PasteTarget, pasteTargets } from './paste-targets.js'

/** What somebody may want to give the login here: a program that we know, a host behind a proxy, or something else. */
export const products = [...pasteTargets, 'proxy', 'other'] as const
export type Product = (typeof products)[number]

export const productNames: Record<Exclude<Product, 'proxy' | 'other'>, string> = {
  grafana: 'Grafana',
  gitlab: 'GitLab',
  harbor: 'Harbor',
  outline: 'Outline',
  nextcloud: 'Nextcloud',
  argocd: 'Argo CD',
  'oauth2-proxy': 'OAuth2 Proxy',
  mod_auth_openidc: 'Apache (mod_auth_openidc)',
}

interface Wish {
  product: Product
  /** Of the program; of something else its redirect URI. Without a scheme it is https. */
  address: string
  access: ApplicationSettings['access']
  /** The ids that there are. */
  taken: ReadonlySet<string>
}

/** The whole application that follows from three answers. It is yet to be judged. */
export function applicationFor({ product, address, access, taken }: Wish): {
  id: string
  settings: ApplicationSettings
} {
  const given = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `https://${address}`
  const label = labelOf(given)
  const known = product === 'proxy' || product === 'other' ? undefined : product
  const name = known === undefined ? label.charAt(0).toUpperCase() + label.slice(1) : productNames[known]
  const settings = { ...usualSettings, name, access, ...addressesOf(product, given) }
  return { id: freeId(known === undefined ? label : idOf(known), taken), settings }
}

function addressesOf(product: Product, given: string): Partial<ApplicationSettings> {
  if (product === 'other') return { redirectUris: [given], openUrl: originOf(given) }
  if (product === 'proxy') return { kind: 'proxy', openUrl: given }
  const home = given.replace(/\/+$/, '')
  const redirectUri = home + (pastePrograms[product].callback || '/redirect_uri')
  return { redirectUris: [redirectUri], openUrl: `${home}/`, ...logoutOf(product, { home, redirectUri }) }
}

/** Where the texts to paste say that a logout leads, and is announced. */
function logoutOf(product: PasteTarget, { home, redirectUri }: { home: string; redirectUri: string }) {
  if (product === 'grafana') return { postLogoutRedirectUris: [`${home}/login`] }
  if (product === 'nextcloud') return { backchannelLogoutUri: `${home}/apps/user_oidc/backchannel-logout/DingTalk` }
  if (product === 'mod_auth_openidc') return { backchannelLogoutUri: `${redirectUri}?logout=backchannel` }
  return {}
}

function originOf(address: string): string | null {
  return URL.canParse(address) ? `${new URL(address).origin}/` : null
}

/** The first part of the host's name that says something: `wiki` of `www.wiki.example.com`. */
function labelOf(address: string): string {
  const host = URL.canParse(address) ? new URL(address).hostname : ''
  const isNumeric = /^[\d.]+$|^\[/.test(host)
  return (!isNumeric && host.split('.').find((part) => part !== 'www')) || 'app'
}

function idOf(program: PasteTarget): string {
  return program.replaceAll('_', '-')
}

/** @NOTE `new` is the console's address of this very form. */
function freeId(wanted: string, others: ReadonlySet<string>): string {
  const taken = new Set([...others, 'new'])
  const base =
    wanted
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, '')
      .replace(/^-+/, '')
      .slice(0, 50) || 'app'
  if (!taken.has(base)) return base
  let n = 2
  while (taken.has(`${base}-${n}`)) n++
  return `${base}-${n}`
}

/** The product that an application seems to be, by how its redirect URIs end. */
export function productOf({ id, kind, redirectUris }: { id: string; kind: string; redirectUris: string[] }): Product {
  if (kind === 'proxy') return 'proxy'
  const fitting = pasteTargets.filter((target) => {
    const { callback } = pastePrograms[target]
    return callback !== '' && redirectUris.some((uri) => uri.endsWith(callback))
  })
  const byId = pasteTargets.find((target) => id.startsWith(idOf(target)))
  return (byId !== undefined && fitting.includes(byId) ? byId : undefined) ?? fitting[0] ?? byId ?? 'other'
}
