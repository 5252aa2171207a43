import type { Planned } from './access.js'
import type { Application, ApplicationSettings, ApplicationStep } from './application.js'
import { judgeApplication } from './application-rules.js'
import { hashSecret, isSecretHash, makeSecret } from './application-secret.js'
import type { Fault } from './faults.js'

/** An application as a file wants it. */
export interface WantedApplication {
  id: string
  settings: ApplicationSettings
  allowHttp: boolean
  /** Of an export: the secret that an application has again which is not there. */
  secretHash: string | undefined
}

type ChangedFields = Extract<ApplicationStep, { step: 'change' }>['fields']

/** What makes the applications that there are those that are wanted. */
export interface ApplicationPlan extends Planned {
  steps: ApplicationStep[]
  /** The new secrets by application: in clear here alone. */
  secrets: ReadonlyMap<string, string>
  faults: Fault[]
  warnings: Fault[]
}

const NO_SECRET = { secretHash: null, previousSecretHash: null, previousSecretUntil: null }

/** A new application with a new secret, where its kind has one. */
export function addition(id: string, settings: ApplicationSettings, createdAt: Date) {
  const secret = settings.kind === 'confidential' ? makeSecret() : undefined
  const application: Application = { id, ...settings, ...NO_SECRET, createdAt }
  if (secret !== undefined) application.secretHash = hashSecret(secret)
  return { application, secret }
}

/** What differs, with a new secret for what becomes confidential; what is none any more loses its secrets. */
export function alteration(before: Application, settings: ApplicationSettings) {
  const fields: ChangedFields = differences(before, settings)
  if (settings.kind === before.kind) return { fields, secret: undefined }
  if (settings.kind !== 'confidential') return { fields: { ...fields, ...NO_SECRET }, secret: undefined }
  const secret = makeSecret()
  return { fields: { ...fields, secretHash: hashSecret(secret) }, secret }
}

/**
 * What has to be done; with `prune`, applications that are not wanted go. Nothing is to be done where there are faults.
 * @param groups the names of all groups that there are to be
 */
export function planApplications(
  existing: Application[],
  wanted: WantedApplication[],
  { prune, groups, now }: { prune: boolean; groups: ReadonlySet<string>; now: Date },
): ApplicationPlan {
  const secrets = new Map<string, string>()
  const plan: ApplicationPlan = { ...emptyPlan(), secrets }
  const byId = new Map(existing.map((application) => [application.id, application]))
  for (const one of wanted) {
    judge(plan, one, groups)
    const before = byId.get(one.id)
    const secret = before ? planChange(plan, before, one) : planAddition(plan, one, now)
    if (secret !== undefined) secrets.set(one.id, secret)
  }
  const kept = new Set(wanted.map(({ id }) => id))
  for (const { id } of prune ? existing.filter(({ id }) => !kept.has(id)) : []) {
    plan.removed.push(id)
    plan.steps.push({ step: 'remove', id })
  }
  return plan
}

function emptyPlan(): Omit<ApplicationPlan, 'secrets'> {
  return { added: [], changed: [], removed: [], unchanged: [], steps: [], faults: [], warnings: [] }
}

function judge(plan: ApplicationPlan, wanted: WantedApplication, groups: ReadonlySet<string>): void {
  const { id, settings, allowHttp, secretHash } = wanted
  const { faults, warnings } = judgeApplication(id, settings, { allowHttp, groups })
  const inFile = ({ path, problem }: Fault) => ({
    path: path === 'id' ? `applications.${id}` : `applications.${id}.${path}`,
    problem,
  })
  plan.faults.push(...faults.map(inFile))
  plan.warnings.push(...warnings.map(inFile))
  if (secretHash === undefined) return
  const isFitting = settings.kind === 'confidential' && isSecretHash(secretHash)
  const problem = 'must be of a confidential application, as export has written it'
  if (!isFitting) plan.faults.push(inFile({ path: 'secretHash', problem }))
}

function planAddition(plan: ApplicationPlan, { id, settings, secretHash }: WantedApplication, now: Date) {
  const { application, secret } = addition(id, settings, now)
  plan.added.push(id)
  plan.steps.push({ step: 'add', application: secretHash === undefined ? application : { ...application, secretHash } })
  return secretHash === undefined ? secret : undefined
}

/** @NOTE no secret of the file: an old export must not bring a secret back that was replaced since. */
function planChange(plan: ApplicationPlan, before: Application, { id, settings }: WantedApplication) {
  const { fields, secret } = alteration(before, settings)
  const names = Object.keys(differences(before, settings))
  if (names.length === 0) {
    plan.unchanged.push(id)
    return undefined
  }
  plan.changed.push({ id, fields: names })
  plan.steps.push({ step: 'change', id, fields })
  return secret
}

/** The settings that are to be others. */
export function differences(before: ApplicationSettings, after: ApplicationSettings): Partial<ApplicationSettings> {
  const known = new Map<string, unknown>(Object.entries(before))
  const isOther = ([name, value]: [string, unknown]) => JSON.stringify(value) !== JSON.stringify(known.get(name))
  return Object.fromEntries(Object.entries(after).filter(isOther))
}

/** The same with what they were, for the audit trail. */
export function changesBetween(before: ApplicationSettings, settings: ApplicationSettings) {
  const after = differences(before, settings)
  const was = Object.entries(before).filter(([name]) => name in after)
  return { before: Object.fromEntries(was), after }
}

/** The part of an application that an operator decides. */
export function settingsOf(application: Application): ApplicationSettings {
  const { id, secretHash, previousSecretHash, previousSecretUntil, createdAt, ...settings } = application
  return settings
}
