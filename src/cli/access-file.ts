import { readFileSync } from 'node:fs'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { OperatorError } from '../errors.js'
import type { WantedAccess } from '../services/access-plans.js'
import { usualSettings } from '../services/application.js'
import { type Fault, refused } from '../services/faults.js'

const application = z.strictObject({
  name: z.string(),
  kind: z.enum(['confidential', 'public', 'proxy']).optional(),
  redirectUris: z.array(z.string()).optional(),
  postLogoutRedirectUris: z.array(z.string()).optional(),
  backchannelLogoutUri: z.string().nullable().optional(),
  openUrl: z.string().nullable().optional(),
  logoUrl: z.string().nullable().optional(),
  description: z.string().nullable().optional(),
  access: z.union([z.literal('everyone'), z.array(z.string())], 'must be everyone, or a list of groups').optional(),
  usernameClaim: z.enum(['handle', 'username']).optional(),
  refreshTokens: z.boolean().optional(),
  scopes: z.array(z.string()).optional(),
  allowHttp: z.boolean().optional(),
  secretHash: z.string().optional(),
})
// A userid without quotes could lose its zeros in front, before it is seen here.
const text = z.string('must be a text: write it in quotes')
const id = z.number('must be a number, without quotes')
const group = z.strictObject({
  departments: z.array(z.strictObject({ id, below: z.boolean().default(false) })).default([]),
  roles: z.array(id).default([]),
  userids: z.array(text).default([]),
  groups: z.array(text).default([]),
})
const file = z
  .strictObject({
    applications: byName(application).optional(),
    groups: byName(group).optional(),
  })
  .refine((sections) => Object.keys(sections).length > 0, 'has neither applications nor groups')

/**
 * The applications and groups that a YAML file wants; what it leaves out of one is as usual.
 * @throws {OperatorError} with each key and value that is not understood, by its path
 */
export function readAccess(path: string): WantedAccess {
  const parsed = file.safeParse(readYaml(path))
  if (!parsed.success) throw refused(parsed.error.issues.flatMap(faultsOf))
  const { applications, groups } = parsed.data
  return {
    applications: applications && Object.entries(applications).map(wantedApplication),
    groups: groups && Object.entries(groups).map(([name, rules]) => ({ name, ...rules })),
  }
}

/** @NOTE a record passes this one name over, as if it were not there. */
function byName<T extends z.ZodType>(entry: T) {
  const named = z.unknown().refine((value) => !Object.hasOwn(Object(value), '__proto__'), {
    path: ['__proto__'],
    error: 'cannot be a name',
  })
  return named.pipe(z.record(z.string(), entry))
}

function wantedApplication([id, entry]: [string, z.infer<typeof application>]) {
  const { allowHttp = false, secretHash, ...given } = entry
  const settings = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { id, settings: { name: given.name, ...usualSettings, ...settings }, allowHttp, secretHash }
}

function readYaml(path: string): unknown {
  try {
    // A name such as 007 stays as it is written.
    return parse(readFileSync(path, 'utf8'), { stringKeys: true })
  } catch (error) {
    if (error instanceof YAMLParseError) throw new OperatorError(`${path} is no YAML: ${error.message}`)
    if (error instanceof Error && 'code' in error) throw new OperatorError(`${path} cannot be read (${error.code}).`)
    throw error
  }
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: pathOf(issue.path), problem: issue.message }]
  return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), problem: 'is no key that is known' }))
}

/** Such as `applications.grafana.redirectUris[0]`. */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '') || 'the file'
}
