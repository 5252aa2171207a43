import { readFileSync } from 'node:fs'
import { parse, stringify, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { OperatorError } from '../errors.js'
import type { Application, ApplicationSettings } from '../services/application.js'
import type { WantedApplication } from '../services/application-plan.js'
import { type ApplicationFault, isOpenHttp, urisOf } from '../services/application-rules.js'
import { refused, settingsOf } from '../services/applications.js'
import { usualSettings } from './application-options.js'
import { withApplications } from './applications.js'

const application = z.strictObject({
  name: z.string(),
  kind: z.enum(['confidential', 'public', 'proxy']).optional(),
  redirectUris: z.array(z.string()).optional(),
  postLogoutRedirectUris: z.array(z.string()).optional(),
  backchannelLogoutUri: z.string().nullable().optional(),
  openUrl: z.string().nullable().optional(),
  logoUrl: z.string().nullable().optional(),
  access: z.union([z.literal('everyone'), z.array(z.string())], 'must be everyone, or a list of groups').optional(),
  usernameClaim: z.enum(['handle', 'username']).optional(),
  refreshTokens: z.boolean().optional(),
  scopes: z.array(z.string()).optional(),
  allowHttp: z.boolean().optional(),
  secretHash: z.string().optional(),
})
const file = z.strictObject({ applications: z.record(z.string(), application) })

/**
 * The applications that a YAML file wants; what it leaves out is as usual.
 * @throws {OperatorError} with each key and value that is not understood, by its path
 */
export function readApplications(path: string): WantedApplication[] {
  const parsed = file.safeParse(readYaml(path))
  if (!parsed.success) throw refused(parsed.error.issues.flatMap(faultsOf))
  return Object.entries(parsed.data.applications).map(([id, { allowHttp = false, secretHash, ...given }]) => {
    const settings = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    return { id, settings: { name: given.name, ...usualSettings, ...settings }, allowHttp, secretHash }
  })
}

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof YAMLParseError) throw new OperatorError(`${path} is no YAML: ${error.message}`)
    if (error instanceof Error && 'code' in error) throw new OperatorError(`${path} cannot be read (${error.code}).`)
    throw error
  }
}

function faultsOf(issue: z.core.$ZodIssue): ApplicationFault[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: pathOf(issue.path), problem: issue.message }]
  return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), problem: 'is no key that is known' }))
}

/** Such as `applications.grafana.redirectUris[0]`. */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '') || 'the file'
}

/** Prints all applications as `apps apply` reads them, with the hashes of their secrets. */
export function exportApplications(json = false): Promise<void> {
  return withApplications(async (applications) => {
    const all = await applications.list()
    const content = { applications: Object.fromEntries(all.map((one) => [one.id, entryOf(one)])) }
    process.stdout.write(json ? `${JSON.stringify(content, null, 2)}\n` : stringify(content, { lineWidth: 0 }))
  })
}

/** What is not as usual, and who may use it in any case. */
function entryOf(one: Application) {
  const { name, access, ...settings } = settingsOf(one)
  const usual = new Map<string, unknown>(Object.entries(usualSettings))
  const isOther = ([key, value]: [string, unknown]) => JSON.stringify(value) !== JSON.stringify(usual.get(key))
  return {
    name,
    access,
    ...Object.fromEntries(Object.entries(settings).filter(isOther)),
    ...(hasOpenHttp(one) && { allowHttp: true }),
    ...(one.secretHash !== null && { secretHash: one.secretHash }),
  }
}

function hasOpenHttp(settings: ApplicationSettings): boolean {
  return urisOf(settings).some(({ uri }) => isOpenHttp(uri))
}
