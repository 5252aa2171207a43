import { cpus } from 'node:os'
import type { PageTime } from './audit.js'
import { type Growth, growthTargets, printedGrowth } from './growth-report.js'
import type { Round } from './rounds.js'
import type { SiteName } from './site.js'

export interface Result extends Round {
  scenario: string
  site: SiteName
}

/** One line of `--memory`: after a batch of operations. */
export interface Batch {
  /** The last is on a server with all of it switched on. */
  operation: 'login' | 'verify' | 'everything'
  operations: number
  nowMb: number
}

/** One line of `--postgresql` for processes behind nginx. */
export interface Spread extends Round {
  operation: string
  processes: number
}

/** Many people who log in within seconds. */
export interface Rush {
  processes: number
  /** Whether these people were ever here before. */
  people: 'new' | 'returning'
  logins: number
  withinMs: number
  errors: number
  p50Ms: number
  p99Ms: number
  longestMs: number
  /** The most backends of the database that were seen at once. */
  backends: number
}

export interface Target {
  name: string
  value: number
  bound: 'at most' | 'at least'
  limit: number
  passed: boolean
}

export interface Report {
  node: string
  rounds: number
  durationMs: number
  browsers: number
  results: Result[]
  /** From the start of the process to the first answer. */
  startMs: number | undefined
  /** Highest resident memory of each server. */
  peakMb: Record<string, number>
  memory: Batch[]
  growth: Growth | undefined
  /** Of a long audit trail. */
  pages: PageTime[]
  spreads: Spread[]
  rushes: Rush[]
  targets: Target[]
}

/** Behind the names of the servers that are measured in another way, and of their references. */
const WAYS = ['-postgresql', '-oauth2']

/** CPU time of one of the server's operations as a multiple of the reference's. */
function cpuRatio(results: Result[], scenario: string, reference: string): number | undefined {
  return ratio(results, scenario, reference, 'cpuMs')
}

/** CPU time of one scenario of the same server as a multiple of another's. */
function scenarioRatio(results: Result[], scenario: string, other: string): number | undefined {
  const find = (name: string) => results.find((result) => result.scenario === name)?.cpuMs
  const [one, another] = [find(scenario), find(other)]
  return one === undefined || another === undefined ? undefined : one / another
}

function ratio(results: Result[], scenario: string, reference: string, of: 'cpuMs' | 'opsPerSecond') {
  const find = (site: string) => results.find((result) => result.scenario === scenario && result.site === site)?.[of]
  const way = WAYS.find((suffix) => reference.endsWith(suffix)) ?? ''
  const [own, other] = [find(`server${way}`), find(reference)]
  return own === undefined || other === undefined ? undefined : own / other
}

/** The most that the server may take of what Passport takes there. */
const ON_POSTGRESQL = { login: 0.8, 'login-new': 0.8, me: 0.7, verify: 0.6 }

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

/** What the measurements are held to; those that were not made are left out. */
export function judge({ results, startMs, peakMb, memory, growth, rushes }: Omit<Report, 'targets'>): Target[] {
  const targets: Target[] = []
  const hold = (name: string, value: number | undefined, bound: Target['bound'], limit: number) => {
    if (value === undefined) return
    targets.push({ name, value, bound, limit, passed: bound === 'at most' ? value <= limit : value >= limit })
  }
  for (const [scenario, limit] of Object.entries({ login: 0.6, 'login-new': 0.75 })) {
    hold(`${scenario}: CPU, passport = 1`, cpuRatio(results, scenario, 'passport'), 'at most', limit)
    hold(`${scenario}: CPU, typical = 1`, cpuRatio(results, scenario, 'typical'), 'at most', 0.25)
  }
  for (const [scenario, limit] of Object.entries({ 'login-oauth2': 0.6, 'login-oauth2-new': 0.75 }))
    hold(`${scenario}: CPU, passport-oauth2 = 1`, cpuRatio(results, scenario, 'passport-oauth2'), 'at most', limit)
  hold('me: CPU, passport = 1', cpuRatio(results, 'me', 'passport'), 'at most', 0.42)
  hold('me: CPU, constant = 1', cpuRatio(results, 'me', 'constant'), 'at most', 2.2)
  hold('verify: CPU, passport = 1', cpuRatio(results, 'verify', 'passport'), 'at most', 0.42)
  hold('verify: CPU, constant = 1', cpuRatio(results, 'verify', 'constant'), 'at most', 2)
  hold('verify-app: CPU, without app = 1', scenarioRatio(results, 'verify-app', 'verify-groups'), 'at most', 1.1)
  const trail = scenarioRatio(results, 'login-trailed', 'login-untrailed')
  hold('audit: CPU of a login, without the trail = 1', trail, 'at most', 1.05)
  hold('application: CPU, bare oidc-provider = 1', cpuRatio(results, 'application', 'bare-openid'), 'at most', 1.3)
  hold(
    'login-slow: logins a second, limit = 1',
    ratio(results, 'login-slow', 'limit', 'opsPerSecond'),
    'at least',
    0.95,
  )
  for (const [scenario, limit] of Object.entries(ON_POSTGRESQL))
    hold(
      `${scenario}: CPU, passport-postgresql = 1`,
      cpuRatio(results, scenario, 'passport-postgresql'),
      'at most',
      limit,
    )
  if (rushes.length > 0) hold('rush: errors', sum(rushes.map(({ errors }) => errors)), 'at most', 0)
  hold('start: ms', startMs, 'at most', 500)
  if (memory.length > 0) {
    hold('memory: highest, in MB', peakMb.server, 'at most', 150)
    hold('memory: highest with everything in use, in MB', peakMb['server-groups'], 'at most', 230)
  }
  for (const operation of ['login', 'verify'] as const) {
    hold(`memory: later ${operation} batches, earlier ones = 1`, flatness(memory, operation), 'at most', 1.1)
  }
  if (growth) for (const { name, value, limit } of growthTargets(growth)) hold(name, value, 'at most', limit)
  return targets
}

/** The highest memory of the later half of the batches as a multiple of that of the earlier half. */
function flatness(memory: Batch[], operation: Batch['operation']): number | undefined {
  const batches = memory.filter((batch) => batch.operation === operation).map(({ nowMb }) => nowMb)
  const half = Math.ceil(batches.length / 2)
  return half > 0 && batches.length > half
    ? Math.max(...batches.slice(half)) / Math.max(...batches.slice(0, half))
    : undefined
}

/** The report for people. */
export function printed(report: Report): string {
  const { results, startMs, peakMb, memory, growth, pages, spreads, rushes, targets } = report
  const parts: string[] = []
  if (results.length > 0)
    parts.push(
      table(
        ['scenario', '', 'ops/s', 'p50 ms', 'p99 ms', 'CPU ms/op', 'server ÷ this', 'database'],
        results.map(rowOf),
      ),
    )
  if (spreads.length > 0) parts.push(printedSpreads(spreads))
  if (rushes.length > 0) parts.push(printedRushes(rushes))
  if (startMs !== undefined) parts.push(`start to the first answer: ${startMs.toFixed(0)} ms`)
  if (Object.keys(peakMb).length > 0)
    parts.push(
      table(
        ['highest memory', 'MB'],
        Object.entries(peakMb).map(([site, mb]) => [site, mb.toFixed(0)]),
      ),
    )
  if (memory.length > 0)
    parts.push(
      table(
        ['after', '', 'MB'],
        memory.map((b) => [String(b.operations), b.operation, b.nowMb.toFixed(0)]),
      ),
    )
  if (growth) parts.push(...printedGrowth(growth))
  if (pages.length > 0)
    parts.push(
      table(
        ['page of the trail', '', 'ms', 'at worst'],
        pages.map((p) => [p.page, p.database, p.medianMs.toFixed(1), p.worstMs.toFixed(1)]),
      ),
    )
  if (targets.length > 0)
    parts.push(
      table(
        ['target', 'is', '', '', ''],
        targets.map((t) => [t.name, t.value.toFixed(2), t.bound, String(t.limit), t.passed ? 'passed' : 'FAILED']),
      ),
    )
  return parts.join('\n\n')

  function rowOf({ scenario, site, opsPerSecond, p50Ms, p99Ms, cpuMs, databaseCpuMs }: Result): string[] {
    const times = site.startsWith('server') ? undefined : cpuRatio(results, scenario, site)
    const numbers = [opsPerSecond.toFixed(0), p50Ms.toFixed(2), p99Ms.toFixed(2), cpuMs.toFixed(3)]
    return [scenario, site, ...numbers, times?.toFixed(2) ?? '', databaseCpuMs?.toFixed(3) ?? '']
  }
}

function printedSpreads(spreads: Spread[]): string {
  const rows = spreads.map(({ operation, processes, opsPerSecond, p50Ms, p99Ms, ...costs }) => {
    const costsMs = [costs.cpuMs, costs.frontCpuMs, costs.databaseCpuMs].map((cost) => cost?.toFixed(3) ?? '')
    return [operation, String(processes), opsPerSecond.toFixed(0), p50Ms.toFixed(2), p99Ms.toFixed(2), ...costsMs]
  })
  const head = ['behind nginx', 'processes', 'ops/s', 'p50 ms', 'p99 ms', 'CPU ms/op', 'nginx', 'database']
  return `${table(head, rows)}\n(on ${cpus().length} cores, which the browsers use as well)`
}

function printedRushes(rushes: Rush[]): string {
  const rows = rushes.map(({ logins, withinMs, people, processes, errors, p50Ms, p99Ms, longestMs, backends }) => [
    `${logins} ${people} within ${withinMs / 1000} s`,
    ...[processes, errors].map(String),
    ...[p50Ms, p99Ms, longestMs].map((ms) => ms.toFixed(0)),
    String(backends),
  ])
  return table(['logins', 'processes', 'errors', 'p50 ms', 'p99 ms', 'longest', 'backends'], rows)
}

/** Words to the left, numbers to the right. */
export function table(head: string[], rows: string[][]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const isNumber = (column: number) => rows.every((row) => /^[\d.]*$/.test(row[column] ?? ''))
  const line = (row: string[]) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
  return all.map((row) => line(row).trimEnd()).join('\n')
}
