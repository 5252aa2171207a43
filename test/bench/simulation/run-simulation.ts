import { readFileSync } from 'node:fs'
import { MINUTE, SECOND } from '../../../src/time.js'
import { table } from '../report.js'
import { type Company, type Outcome, type Part, simulate } from './company.js'
import { costsOf, measured } from './measured.js'

export const SIMULATION_USAGE = `  --simulate         instead: a company's morning and day at the measured costs. No load, the same numbers each time:
    --people N       (10000)
    --within M       minutes within which all of them log in, at nine (15)
    --checks N       of each person a minute, all day: each request to what is behind the proxy is one (10)
    --burst N        of them come together, as those of a page do (5)
    --processes N    (2)
    --cores N        of the database (2)
    --replicas N     of the database, for checks alone (1), and how many milliseconds they are behind: --lag MS (100)
    --cache S        seconds for which a process believes what it has read of a session (10)
    --commit MS      what the database's disk takes for a commit (1)
    --requests N     to which each part of the day is shortened (200000); --seed N (1)
    --from FILE      the costs of a report of --postgresql --json instead of those in docs/scaling.md`

export const simulationOptions = {
  simulate: { type: 'boolean', default: false },
  people: { type: 'string', default: '10000' },
  within: { type: 'string', default: '15' },
  checks: { type: 'string', default: '10' },
  burst: { type: 'string', default: '5' },
  processes: { type: 'string', default: '2' },
  cores: { type: 'string', default: '2' },
  replicas: { type: 'string', default: '1' },
  lag: { type: 'string', default: '100' },
  cache: { type: 'string', default: '10' },
  commit: { type: 'string', default: '1' },
  requests: { type: 'string', default: '200000' },
  seed: { type: 'string', default: '1' },
  from: { type: 'string' },
} as const

type Options = { [Name in Exclude<keyof typeof simulationOptions, 'simulate' | 'from'>]: string } & { from?: string }

export interface Line extends Outcome {
  way: string
  part: Part
}

/** The same company in three ways: as it is, with replicas for checks, and with sessions kept for a moment. */
export function runSimulation(options: Options, parts: Part[] = ['nine', 'day']): { company: Company; lines: Line[] } {
  const company = companyOf(options)
  const ways: [string, Company][] = [
    ['as it is', { ...company, replicas: 0, cacheMs: 0 }],
    [`${company.replicas} replica(s)`, { ...company, cacheMs: 0 }],
    [`cache of ${company.cacheMs / SECOND} s`, { ...company, replicas: 0 }],
  ]
  const lines = ways.flatMap(([way, one]) => parts.map((part) => ({ way, part, ...simulate(one, part) })))
  return { company, lines }
}

function companyOf(options: Options): Company {
  const number = (name: Exclude<keyof Options, 'from'>, least: number) => {
    const value = Number(options[name])
    if (!(value >= least)) throw new Error(`--${name} has to be a number of ${least} or more`)
    return value
  }
  const costs = options.from === undefined ? measured : costsOf(JSON.parse(readFileSync(options.from, 'utf8')))
  return {
    people: number('people', 1),
    seed: number('seed', 0),
    requests: number('requests', 1000),
    withinMs: number('within', 0.01) * MINUTE,
    checksPerMinute: number('checks', 0.01),
    burst: number('burst', 1),
    processes: number('processes', 1),
    databaseCores: number('cores', 1),
    replicas: number('replicas', 0),
    lagMs: number('lag', 0),
    cacheMs: number('cache', 0) * SECOND,
    costs: { ...costs, commitMs: number('commit', 0) },
  }
}

/** Beyond this much of its time, what is served waits ever longer. */
const FULL = 0.97

export function printedSimulation({ company, lines }: { company: Company; lines: Line[] }): string {
  const head = ['', '', 'logins/s', 'checks/s', 'processes', 'database', 'replicas', 'login p99 ms', 'check p50 ms']
  const { people, processes, databaseCores } = company
  return [
    `${people} people, ${processes} process(es), ${databaseCores} core(s) of the database`,
    table([...head, 'check p99 ms', 'hits', 'stale s', 'of ended'], lines.map(cellsOf)),
    ...limitsOf(company),
  ].join('\n')
}

function cellsOf(line: Line): string[] {
  const { processes, database, replicas, checkP99 } = cells(line)
  return [
    ...[line.way, line.part, line.logins.toFixed(1), line.checks.toFixed(0)],
    ...[processes, database, replicas, wait(line, 'loginP99Ms'), wait(line, 'checkP50Ms'), checkP99],
    ...[percent(line.hits), (line.staleMs / SECOND).toFixed(1), percent(line.staleShare)],
  ]
}

/** Those that docs/scaling.md repeats. */
export function cells(line: Outcome) {
  return {
    processes: percent(line.processUse),
    database: percent(line.databaseUse),
    replicas: percent(line.replicaUse),
    checkP99: wait(line, 'checkP99Ms'),
  }
}

function wait(line: Outcome, name: 'loginP99Ms' | 'checkP50Ms' | 'checkP99Ms'): string {
  if (Math.max(line.processUse, line.databaseUse, line.replicaUse) > FULL) return '∞'
  return line[name] === 0 ? '' : line[name].toFixed(line[name] < 10 ? 1 : 0)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}

/** How much of its time a server should be at work at most, so that what waits is soon served. */
const COMFORT = 0.7

/** Without a simulation: where each is at work for seven tenths of its time, all day. */
function limitsOf({ checksPerMinute, databaseCores, costs: { check, mark, login } }: Company): string[] {
  const marks = Math.min(1, checksPerMinute)
  const ofDay = (name: 'processMs' | 'databaseMs') => checksPerMinute * check[name] + marks * mark[name]
  const people = (servers: number, name: 'processMs' | 'databaseMs') =>
    Math.floor((COMFORT * servers * MINUTE) / ofDay(name))
  const logins = (name: 'processMs' | 'databaseMs') => (COMFORT * SECOND) / login[name]
  return [
    `seven tenths of a process: ${people(1, 'processMs')} people at work, or ${logins('processMs').toFixed(0)} logins a second`,
    `seven tenths of ${databaseCores} core(s) of the database: ${people(databaseCores, 'databaseMs')} people at work, or ${(databaseCores * logins('databaseMs')).toFixed(0)} logins a second`,
  ]
}
