import type { Application } from '../services/application.js'
import { openidPaths } from '../services/openid-paths.js'
import { type PasteParts, pastePrograms } from './paste-programs.js'
import type { PasteTarget } from './paste-targets.js'

interface Facts {
  /** PUBLIC_URL. */
  issuer: string
  application: Application
}

const SECRET = 'THE-SECRET-THAT-WAS-SHOWN-ONCE'
const HOME = 'https://YOUR-HOST'

/** The settings to paste into a program, and what else has to be known. */
export function pasteText(target: PasteTarget, facts: Facts): string {
  const { callback, text, notes } = pastePrograms[target]
  const redirectUri = facts.application.redirectUris.find((uri) => uri.endsWith(callback))
  const missing =
    redirectUri === undefined ? [`The application has no redirect URI that ends in ${callback}: change that.`] : []
  const more = [...missing, ...notes].map((note) => `# ${note}`)
  return [text(partsOf(facts, redirectUri ?? HOME + callback, callback)), '', ...more].join('\n')
}

function partsOf({ issuer, application }: Facts, redirectUri: string, callback: string): PasteParts {
  const { id, kind, scopes, refreshTokens } = application
  return {
    issuer,
    id,
    secret: kind === 'public' ? '' : SECRET,
    scopes: ['openid', 'profile', 'email', 'groups', ...scopes, ...(refreshTokens ? ['offline_access'] : [])],
    redirectUri,
    home: redirectUri.slice(0, redirectUri.length - callback.length),
    refreshTokens,
    endpoint: (name) => issuer + openidPaths[name],
  }
}
