import type { Bench, Measured } from './bench.js'
import type { Result } from './report.js'
import { interleave, median, runRound } from './rounds.js'
import { type Scenario, scenarios } from './scenarios.js'
import { Site, type SiteName } from './site.js'

interface Choice {
  among: Record<string, Scenario>
  /** Whose start is measured. */
  starting: SiteName
}

/** Runs scenarios, each with its references, and `start` where it is named; all of them without names. */
export async function runScenarios(
  bench: Bench,
  named?: string[],
  { among, starting }: Choice = { among: scenarios, starting: 'server' },
): Promise<Measured> {
  const names = named ?? [...Object.keys(among), 'start']
  const chosen = names.filter((name) => name !== 'start').map((name) => ({ name, ...scenarioCalled(name, among) }))
  const siteNames = [...new Set(chosen.flatMap((scenario) => scenario.sites))]

  const results: Result[] = []
  const peakMb: Record<string, number> = {}
  const sites = new Map<SiteName, Site>()
  try {
    const started = siteNames.map(async (name) => sites.set(name, await Site.start({ ...bench, name })))
    await Promise.all(started)
    for (const scenario of chosen) {
      bench.say(scenario.name)
      results.push(...(await runScenario(scenario.name, scenario, bench, sites)))
    }
    for (const [name, { program }] of sites) peakMb[name] = program.memory().peakMb
  } finally {
    await Promise.all([...sites.values()].map((site) => site[Symbol.asyncDispose]()))
  }
  return { results, peakMb, startMs: names.includes('start') ? await measureStart(bench, starting) : undefined }
}

function scenarioCalled(name: string, among: Record<string, Scenario>): Scenario {
  const scenario = among[name]
  if (!scenario) throw new Error(`There is no scenario ${name}; there are ${Object.keys(among).join(', ')}.`)
  return scenario
}

async function runScenario(
  name: string,
  { sites: siteNames, prepare, beside, dingTalkMs = 0 }: Scenario,
  { dingtalk, rounds, durationMs, browsers }: Bench,
  sites: Map<SiteName, Site>,
): Promise<Result[]> {
  const prepared = []
  for (const siteName of siteNames) {
    const site = sites.get(siteName)
    if (!site) continue
    prepared.push({ scenario: name, site, operation: await prepare(site) })
    if (beside) prepared.push({ scenario: beside.name, site, operation: await beside.prepare(site) })
  }
  await dingtalk.get(`/_delay/${dingTalkMs}`)
  const results = await interleave(prepared, rounds, ({ site, operation }, lengths) =>
    runRound(site, operation, { browsers, durationMs: durationMs * lengths }),
  )
  await dingtalk.get('/_delay/0')
  return results.map(({ server: { scenario, site }, ...round }) => ({ scenario, site: site.name, ...round }))
}

/** From the start of the process to the first answer, on a database that there is. */
async function measureStart(bench: Bench, name: SiteName): Promise<number> {
  bench.say('start')
  const startsMs: number[] = []
  const options = { ...bench, name, databaseName: 'start.db', browsers: 1 }
  const first = await Site.start(options)
  const again = { ...options, ...(first.schema && { schema: first.schema }) }
  await first.stop()
  try {
    for (let start = 0; start < bench.rounds; start++) {
      await using site = await Site.start(again)
      startsMs.push(site.startMs)
    }
  } finally {
    await first[Symbol.asyncDispose]()
  }
  return median(startsMs)
}
