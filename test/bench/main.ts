import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench, Measured } from './bench.js'
import { runMemory } from './memory.js'
import { COMPILED, Program } from './program.js'
import { judge, printed, type Report } from './report.js'
import { runAudit } from './run-audit.js'
import { runGrowth } from './run-growth.js'
import { runPostgresql } from './run-postgresql.js'
import { runScenarios } from './run-scenarios.js'
import { scenarios } from './scenarios.js'
import { printedSimulation, runSimulation, SIMULATION_USAGE, simulationOptions } from './simulation/run-simulation.js'
import { runSoak, SOAK_USAGE, soakOptions } from './soak/run-soak.js'

const USAGE = `npm run bench -- [options]
  --scenario NAME    one of ${Object.keys(scenarios).join(', ')}, start; may be repeated. All of them without it
  --rounds N         measured rounds of each server (5)
  --duration S       seconds a round (2)
  --browsers N       browsers at once (16)
  --quick            2 rounds of half a second
  --memory           instead: memory over 100,000 logins and 1,000,000 /verify, and over 100,000 operations of a server
                     with an application, groups and the console in use
  --growth           instead: logins, checks, searches and lists with 1,000 and with 1,000,000 people, and requests while a
                     million sessions are removed; also on PostgreSQL where TEST_DATABASE_URL names one. Needs 25 GB
  --audit            instead: pages of an audit trail of 10,000,000 records, also on PostgreSQL where TEST_DATABASE_URL
                     names one, and a login with and without the trail. Needs 15 GB below the folder for temporary files
  --postgresql       instead: the same on the PostgreSQL that TEST_DATABASE_URL names, beside references there, then one,
                     two and four processes behind nginx, and a thousand logins within seconds
${SIMULATION_USAGE}
${SOAK_USAGE}
  --scale N          a part of --memory, --growth, --audit and those thousand, such as 0.01
  --json             the report for programs
  --check            exit with 1 where a target is missed`

/** What a way of measuring leaves as it is. */
const NOTHING = {
  results: [],
  startMs: undefined,
  peakMb: {},
  memory: [],
  growth: undefined,
  pages: [],
  spreads: [],
  rushes: [],
}

const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-bench-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const { values: args } = parseArgs({
  options: {
    scenario: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    duration: { type: 'string' },
    browsers: { type: 'string', default: '16' },
    scale: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    audit: { type: 'boolean', default: false },
    postgresql: { type: 'boolean', default: false },
    ...simulationOptions,
    ...soakOptions,
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const rounds = Number(args.rounds ?? (args.quick ? 2 : 5))
const durationMs = 1000 * Number(args.duration ?? (args.quick ? 0.5 : 2))
const browsers = Number(args.browsers)

const say = (text: string) => void process.stderr.write(`${text}\n`)

async function main(): Promise<void> {
  if (args.simulate) {
    const simulated = runSimulation(args)
    console.log(args.json ? JSON.stringify(simulated, null, 2) : printedSimulation(simulated))
    return
  }
  if (process.platform !== 'linux') throw new Error('The costs of a process are read from /proc: this runs on Linux.')
  const surroundings = { env: {}, cwd: directory, browsers: 1 }
  const { program: dingtalk } = await Program.start(`${COMPILED}/dingtalk.js`, surroundings)
  await using _ = dingtalk
  const bench: Bench = { dingtalk, directory, rounds, durationMs, browsers, scale: Number(args.scale), say }
  if (args.soak) {
    process.exitCode = await runSoak(bench, args)
    return
  }
  const measured = { node: process.version, rounds, durationMs, browsers, ...NOTHING, ...(await measure(bench)) }
  const report: Report = { ...measured, targets: judge(measured) }
  console.log(args.json ? JSON.stringify(report, null, 2) : printed(report))
  if (args.check && report.targets.some(({ passed }) => !passed)) process.exitCode = 1
}

function measure(bench: Bench): Promise<Measured> {
  if (args.memory) return runMemory(bench)
  if (args.growth) return runGrowth(bench)
  if (args.audit) return runAudit(bench)
  if (args.postgresql) return runPostgresql(bench, args.scenario)
  return runScenarios(bench, args.scenario)
}

if (args.help) console.log(USAGE)
else
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error)
    process.exit(1)
  })
