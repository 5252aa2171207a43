import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { measurePages, type PageTime } from './audit.js'
import { fill, loginsAmong, questionsAmong } from './growth.js'
import { measureMemory } from './memory.js'
import { loginsOfReturningPeople } from './operations.js'
import { Program } from './program.js'
import { type Growth, judge, printed, type Report, type Result } from './report.js'
import { interleave, median, type Operation, runRound } from './rounds.js'
import { type Scenario, scenarios } from './scenarios.js'
import { Site, type SiteName } from './site.js'

const USAGE = `npm run bench -- [options]
  --scenario NAME    one of ${Object.keys(scenarios).join(', ')}, start; may be repeated. All of them without it
  --rounds N         measured rounds of each server (5)
  --duration S       seconds a round (2)
  --browsers N       browsers at once (16)
  --quick            2 rounds of half a second
  --memory           instead: memory over 100,000 logins and 1,000,000 /verify
  --growth           instead: a login and a /me with 1,000 and with 1,000,000 people and sessions
  --audit            instead: pages of an audit trail of 10,000,000 records, also on PostgreSQL where TEST_DATABASE_URL
                     names one, and a login with and without the trail. Needs 15 GB below the folder for temporary files
  --scale N          a part of --memory, --growth and --audit, such as 0.01
  --json             the report for programs
  --check            exit with 1 where a target is missed`

const GROWTH_PEOPLE = [1000, 1_000_000]

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
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const rounds = Number(args.rounds ?? (args.quick ? 2 : 5))
const durationMs = 1000 * Number(args.duration ?? (args.quick ? 0.5 : 2))
const browsers = Number(args.browsers)
const scale = Number(args.scale)

const say = (text: string) => void process.stderr.write(`${text}\n`)

async function main(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('The costs of a process are read from /proc: this runs on Linux.')
  const surroundings = { env: {}, cwd: directory, browsers: 1 }
  const { program: dingtalk } = await Program.start('dist-bench/test/bench/dingtalk.js', surroundings)
  await using _ = dingtalk
  if (args.audit) {
    await runAudit(dingtalk)
    return
  }

  const measured: Omit<Report, 'targets'> = {
    node: process.version,
    rounds,
    durationMs,
    browsers,
    results: [],
    startMs: undefined,
    peakMb: {},
    memory: [],
    growth: [],
  }
  if (args.memory) await runMemory(dingtalk, measured)
  if (args.growth) measured.growth = await runGrowth(dingtalk)
  if (!args.memory && !args.growth) await runScenarios(dingtalk, measured)

  const report: Report = { ...measured, targets: judge(measured) }
  console.log(args.json ? JSON.stringify(report, null, 2) : printed(report))
  if (args.check && report.targets.some(({ passed }) => !passed)) process.exitCode = 1
}

async function runScenarios(dingtalk: Program, measured: Omit<Report, 'targets'>): Promise<void> {
  const names = args.scenario ?? [...Object.keys(scenarios), 'start']
  const chosen = names.filter((name) => name !== 'start').map((name) => ({ name, ...scenarioCalled(name) }))
  const siteNames = [...new Set(chosen.flatMap((scenario) => scenario.sites))]

  const sites = new Map<SiteName, Site>()
  try {
    const started = siteNames.map(async (name) =>
      sites.set(name, await Site.start({ name, dingtalk, directory, browsers })),
    )
    await Promise.all(started)
    for (const scenario of chosen) {
      say(scenario.name)
      measured.results.push(...(await runScenario(scenario.name, scenario, dingtalk, sites)))
    }
    for (const [name, { program }] of sites) measured.peakMb[name] = program.memory().peakMb
  } finally {
    await Promise.all([...sites.values()].map((site) => site[Symbol.asyncDispose]()))
  }
  if (names.includes('start')) measured.startMs = await measureStart(dingtalk)
}

function scenarioCalled(name: string): Scenario {
  const scenario = scenarios[name]
  if (!scenario) throw new Error(`There is no scenario ${name}.\n${USAGE}`)
  return scenario
}

async function runScenario(
  name: string,
  { sites: siteNames, prepare, dingTalkMs = 0 }: Scenario,
  dingtalk: Program,
  sites: Map<SiteName, Site>,
): Promise<Result[]> {
  const prepared = []
  for (const siteName of siteNames) {
    const site = sites.get(siteName)
    if (site) prepared.push({ site, operation: await prepare(site) })
  }
  await dingtalk.get(`/_delay/${dingTalkMs}`)
  const results = await interleave(prepared, rounds, ({ site, operation }, lengths) =>
    runRound(site.program, operation, { browsers, durationMs: durationMs * lengths }),
  )
  await dingtalk.get('/_delay/0')
  return results.map(({ server, ...round }) => ({ scenario: name, site: server.site.name, ...round }))
}

/** From the start of the process to the first answer, on a database that there is. */
async function measureStart(dingtalk: Program): Promise<number> {
  say('start')
  const startsMs: number[] = []
  for (let start = 0; start <= rounds; start++) {
    await using site = await Site.start({ name: 'server', dingtalk, directory, databaseName: 'start.db', browsers: 1 })
    if (start > 0) startsMs.push(site.startMs)
  }
  return median(startsMs)
}

async function runMemory(dingtalk: Program, measured: Omit<Report, 'targets'>): Promise<void> {
  await using site = await Site.start({ name: 'server', dingtalk, directory, browsers })
  await measureMemory(site, {
    browsers,
    scale,
    onBatch: (batch) => {
      say(`${batch.operations} ${batch.operation}: ${batch.nowMb.toFixed(0)} MB`)
      measured.memory.push(batch)
    },
  })
  measured.peakMb.server = site.program.memory().peakMb
}

async function runGrowth(dingtalk: Program): Promise<Growth[]> {
  const sized: { site: Site; people: number }[] = []
  try {
    for (const size of GROWTH_PEOPLE) {
      const people = Math.ceil(size * scale)
      say(`filling a database with ${people} people`)
      const options = { name: 'server', dingtalk, directory, databaseName: `${size}.db`, browsers } as const
      // Started once so that it makes its tables.
      const { databaseFile } = await stopped(await Site.start(options))
      fill(databaseFile, people)
      sized.push({ site: await Site.start(options), people })
    }
    return [
      ...(await measureGrowth('login', sized, loginsAmong)),
      ...(await measureGrowth('me', sized, questionsAmong)),
    ]
  } finally {
    for (const { site } of sized) await site[Symbol.asyncDispose]()
  }
}

/** The pages of a long trail, and what a login costs with a trail as a multiple of one without. */
async function runAudit(dingtalk: Program): Promise<void> {
  const kept: { site: Site; operation: Operation }[] = []
  try {
    for (const AUDIT_RETENTION of ['0', '180d']) {
      const options = { name: 'server', dingtalk, directory, browsers } as const
      const settings = { AUDIT_RETENTION }
      const site = await Site.start({ ...options, databaseName: `kept-${AUDIT_RETENTION}.db`, settings })
      kept.push({ site, operation: await loginsOfReturningPeople(site) })
    }
    const results = await interleave(kept, rounds, ({ site, operation }, lengths) =>
      runRound(site.program, operation, { browsers, durationMs: durationMs * lengths }),
    )
    const [without, withTrail] = results.map(({ cpuMs }) => cpuMs)
    say(`a login, CPU ms: ${without?.toFixed(3)} without the trail, ${withTrail?.toFixed(3)} with it`)
  } finally {
    for (const { site } of kept) await site[Symbol.asyncDispose]()
  }
  const times = await measurePages(directory, 10_000_000 * scale, process.env.TEST_DATABASE_URL)
  console.log(args.json ? JSON.stringify(times, null, 2) : times.map(lineOf).join('\n'))
}

function lineOf({ database, page, medianMs, worstMs }: PageTime): string {
  return `${database.padEnd(10)} ${medianMs.toFixed(1).padStart(7)} ms, at worst ${worstMs.toFixed(1).padStart(7)}: ${page}`
}

async function measureGrowth(
  operation: Growth['operation'],
  sized: { site: Site; people: number }[],
  prepare: (site: Site, people: number) => Operation,
): Promise<Growth[]> {
  say(operation)
  const prepared = sized.map(({ site, people }) => ({ site, people, work: prepare(site, people) }))
  const results = await interleave(prepared, rounds, ({ site, work }, lengths) =>
    runRound(site.program, work, { browsers, durationMs: durationMs * lengths }),
  )
  return results.map(({ server, opsPerSecond, cpuMs }) => ({ operation, people: server.people, opsPerSecond, cpuMs }))
}

async function stopped(site: Site): Promise<Site> {
  await site[Symbol.asyncDispose]()
  return site
}

if (args.help) console.log(USAGE)
else
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error)
    process.exit(1)
  })
