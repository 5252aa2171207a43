import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { OperatorError } from '../errors.js'
import type { ApplicationPlan } from '../services/application-plan.js'
import { hashSecret } from '../services/application-secret.js'
import type { Applications } from '../services/applications.js'
import { warn, withApplications } from './applications.js'
import { readApplications } from './apps-file.js'
import { printResult } from './print.js'
import { table } from './table.js'

interface Options {
  prune?: boolean
  dryRun?: boolean
  secretsFile?: string
  json?: boolean
}

/** Makes the applications those of the file, all at once or not at all. @throws {OperatorError} */
export async function applyApplications(path: string, options: Options): Promise<void> {
  const { prune = false, dryRun = false, secretsFile, json = false } = options
  const wanted = readApplications(path)
  await withApplications(async (applications) => {
    const plan = await applications.plan(wanted, { prune })
    warn(plan.warnings)
    if (!dryRun) await carryOut(applications, plan, secretsFile)
    printResult({ text: textOf(plan, { dryRun, secretsFile }), json: jsonOf(plan, { dryRun, secretsFile }) }, json)
  })
}

/** New secrets are in their file before they count: none can be lost. */
async function carryOut(applications: Applications, plan: ApplicationPlan, file: string | undefined): Promise<void> {
  if (plan.steps.length === 0) return
  if (plan.secrets.size === 0) return applications.carryOut(plan)
  if (file === undefined) {
    const ids = [...plan.secrets.keys()].join(', ')
    throw new OperatorError(`Nothing was changed: new secrets are made for ${ids}; say where with --secrets-file.`)
  }
  writeSecrets(file, plan.secrets)
  try {
    await applications.carryOut(plan)
  } catch (error) {
    if (await isWithout(applications, plan.secrets)) rmSync(file)
    else console.error(`${file} is kept: its secrets may count.`)
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
async function isWithout(applications: Applications, secrets: ReadonlyMap<string, string>): Promise<boolean> {
  const hashes = [...secrets.values()].map(hashSecret)
  const known = await applications.list().catch(() => undefined)
  return known !== undefined && !known.some(({ secretHash }) => secretHash !== null && hashes.includes(secretHash))
}

interface Circumstances {
  dryRun: boolean
  secretsFile: string | undefined
}

function textOf(plan: ApplicationPlan, { dryRun, secretsFile }: Circumstances): string {
  const rows = [
    ...plan.added.map((id) => [id, 'added', '']),
    ...plan.changed.map(({ id, fields }) => [id, 'changed', fields.join(', ')]),
    ...plan.removed.map((id) => [id, 'removed', '']),
    ...plan.unchanged.map((id) => [id, 'as it was', '']),
  ]
  const secretsOf = [...plan.secrets.keys()].join(', ')
  const where = dryRun
    ? `New secrets would be made for ${secretsOf}.`
    : `New secrets are in ${secretsFile}: ${secretsOf}.`
  return [
    table(['ID', dryRun ? 'WOULD BE' : 'IS', 'WHAT'], rows),
    ...(plan.secrets.size > 0 ? ['', where] : []),
    ...(dryRun ? ['', 'Nothing was changed.'] : []),
  ].join('\n')
}

function jsonOf({ added, changed, removed, unchanged, secrets, warnings }: ApplicationPlan, about: Circumstances) {
  const { dryRun, secretsFile = null } = about
  return { dryRun, added, changed, removed, unchanged, newSecrets: [...secrets.keys()], secretsFile, warnings }
}
