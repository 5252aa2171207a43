import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { OperatorError } from '../errors.js'
import type { Planned } from '../services/access.js'
import type { AccessPlan } from '../services/access-plans.js'
import { hashSecret } from '../services/application-secret.js'
import { type AccessTools, warn, warnOfGroups, withAccess } from './access.js'
import { readAccess } from './access-file.js'
import { printResult } from './print.js'
import { paint } from './style.js'
import { type Cell, table } from './table.js'

interface Options {
  prune?: boolean
  dryRun?: boolean
  secretsFile?: string
  json?: boolean
}

/** Makes applications and groups those of the file, all at once or not at all. @throws {OperatorError} */
export async function applyAccess(path: string, options: Options): Promise<void> {
  const { prune = false, dryRun = false, secretsFile, json = false } = options
  const wanted = readAccess(path)
  await withAccess(async (tools) => {
    const plan = await tools.plans.make(wanted, { prune })
    warn(plan.applications.warnings, json)
    const told = (wanted.applications ?? []).map(({ id, settings }) => ({ id, access: settings.access }))
    warnOfGroups(told, json)
    if (!dryRun) await carryOut(tools, plan, { file: secretsFile, json })
    printResult({ text: textOf(plan, { dryRun, secretsFile }), json: jsonOf(plan, { dryRun, secretsFile }) }, json)
  })
}

/** New secrets are in their file before they count: none can be lost. */
async function carryOut(
  { plans, applications }: AccessTools,
  plan: AccessPlan,
  { file, json }: { file: string | undefined; json: boolean },
): Promise<void> {
  const { secrets } = plan.applications
  if (secrets.size === 0) return plans.carryOut(plan)
  if (file === undefined) {
    const ids = [...secrets.keys()].join(', ')
    throw new OperatorError(`Nothing was changed: new secrets are made for ${ids}; say where with --secrets-file.`)
  }
  writeSecrets(file, secrets)
  try {
    await plans.carryOut(plan)
  } catch (error) {
    if (await isWithout(applications, secrets)) rmSync(file)
    else warn([{ path: file, problem: 'is kept: its secrets may count' }], json)
    throw error
  }
}

/** @throws {OperatorError} where it cannot be made, or is there already */
function writeSecrets(file: string, secrets: ReadonlyMap<string, string>): void {
  // JSON's strings are YAML's too: no secret is taken for a number.
  const lines = [...secrets].map(([id, secret]) => `${id}: ${JSON.stringify(secret)}\n`)
  try {
    writeFileSync(file, lines.join(''), { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'EEXIST') throw new OperatorError(`Nothing was changed: there is a file ${file} already.`)
    if (existsSync(file)) rmSync(file)
    throw new OperatorError(`Nothing was changed: ${file} cannot be written (${error.code}).`)
  }
}

/** Whether none of these secrets counts: a failure may come after all was done. */
async function isWithout(
  applications: AccessTools['applications'],
  secrets: ReadonlyMap<string, string>,
): Promise<boolean> {
  const hashes = [...secrets.values()].map(hashSecret)
  const known = await applications.list().catch(() => undefined)
  return known !== undefined && !known.some(({ secretHash }) => secretHash !== null && hashes.includes(secretHash))
}

interface Circumstances {
  dryRun: boolean
  secretsFile: string | undefined
}

function textOf({ groups, applications }: AccessPlan, { dryRun, secretsFile }: Circumstances): string {
  const secretsOf = [...applications.secrets.keys()].join(', ')
  const where = dryRun
    ? `New secrets would be made for ${secretsOf}.`
    : `New secrets are in ${secretsFile}: ${secretsOf}.`
  const rows: Cell[][] = [
    ...rowsOf(groups).map(([name, ...rest]) => [`group ${name}`, ...rest]),
    ...rowsOf(applications),
  ]
  return [
    table(['ID', dryRun ? 'WOULD BE' : 'IS', 'WHAT'], rows),
    ...(applications.secrets.size > 0 ? ['', where] : []),
    ...(dryRun ? ['', paint('hint', 'Nothing was changed.')] : []),
  ].join('\n')
}

function rowsOf({ added, changed, removed, unchanged }: Planned): [string, ...Cell[]][] {
  return [
    ...added.map((id): [string, ...Cell[]] => [id, { text: 'added', meaning: 'done' }, '']),
    ...changed.map(({ id, fields }): [string, ...Cell[]] => [
      id,
      { text: 'changed', meaning: 'warning' },
      fields.join(', '),
    ]),
    ...removed.map((id): [string, ...Cell[]] => [id, { text: 'removed', meaning: 'fault' }, '']),
    ...unchanged.map((id): [string, ...Cell[]] => [id, { text: 'as it was', meaning: 'hint' }, '']),
  ]
}

function jsonOf({ groups, applications }: AccessPlan, { dryRun, secretsFile }: Circumstances) {
  const plannedOf = ({ added, changed, removed, unchanged }: Planned) => ({ added, changed, removed, unchanged })
  const { secrets, warnings } = applications
  return {
    dryRun,
    ...plannedOf(applications),
    groups: plannedOf(groups),
    newSecrets: [...secrets.keys()],
    secretsFile: secretsFile ?? null,
    warnings,
  }
}
