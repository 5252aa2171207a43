import { setTimeout as sleep } from 'node:timers/promises'
import { SECOND } from '../../src/time.js'
import { seeded } from '../support/random.js'
import type { Bench, Measured } from './bench.js'
import { Door } from './door.js'
import { loginsOfReturningPeople, questionsWhoIAm, verifications } from './operations.js'
import type { Rush, Spread } from './report.js'
import { interleave, type Operation, quantiles, runRound } from './rounds.js'
import { runScenarios } from './run-scenarios.js'
import { postgresqlScenarios } from './scenarios.js'
import { Site } from './site.js'

const PROCESSES = [1, 2, 4]
/** Of each process, before anything is measured: its code is then optimised. */
const WARM_UP = 500
const RUSH = 1000
const RUSH_WITHIN = 4 * SECOND
const RUSH_SEED = 9
/** How long DingTalk takes for a call while many log in at once. */
const RUSH_DELAY = 80
const LOOK_EVERY = 100

const spreadOperations: Record<string, (site: Site) => Promise<Operation>> = {
  login: loginsOfReturningPeople,
  me: questionsWhoIAm,
  verify: verifications,
}

/** The scenarios on PostgreSQL; then, unless only some of those are named, several processes, and many people at once. */
export async function runPostgresql(bench: Bench, named?: string[]): Promise<Measured> {
  const scenarios = { among: postgresqlScenarios, starting: 'server-postgresql' } as const
  const measured = await runScenarios(bench, named, scenarios)
  if (named) return measured
  const sites: Site[] = []
  try {
    for (const processes of PROCESSES)
      sites.push(await Site.startBehindNginx({ ...bench, name: 'server-postgresql' }, processes))
    const spreads: Spread[] = []
    for (const [operation, prepare] of Object.entries(spreadOperations)) {
      bench.say(`${operation} behind nginx`)
      spreads.push(...(await spread(bench, sites, operation, prepare)))
    }
    const rushes: Rush[] = []
    for (const site of sites) {
      bench.say(`many at once, ${site.programs.length} processes`)
      rushes.push(await rush(bench, site, 'new'), await rush(bench, site, 'returning'))
    }
    return { ...measured, spreads, rushes }
  } finally {
    await Promise.all(sites.map((site) => site[Symbol.asyncDispose]()))
  }
}

async function spread(
  { rounds, browsers, durationMs, scale }: Bench,
  sites: Site[],
  operation: string,
  prepare: (site: Site) => Promise<Operation>,
): Promise<Spread[]> {
  const prepared: { site: Site; work: Operation }[] = []
  for (const site of sites) {
    const work = await prepare(site)
    const operations = Math.ceil(WARM_UP * scale) * site.programs.length
    await runRound(site, work, { browsers, operations, durationMs: Number.POSITIVE_INFINITY })
    prepared.push({ site, work })
  }
  const results = await interleave(prepared, rounds, ({ site, work }, lengths) =>
    runRound(site, work, { browsers, durationMs: durationMs * lengths }),
  )
  return results.map(({ server, ...round }) => ({ operation, processes: server.site.programs.length, ...round }))
}

/** Each browser comes once, on a connection of its own, at a time that is the same in every run. */
async function rush({ dingtalk, scale }: Bench, site: Site, people: Rush['people']): Promise<Rush> {
  const random = seeded(RUSH_SEED)
  const [logins, withinMs] = [Math.ceil(RUSH * scale), RUSH_WITHIN * scale]
  await dingtalk.get(`/_delay/${RUSH_DELAY}`)
  const latenciesMs: number[] = []
  const failures: unknown[] = []
  const logIn = async (person: number) => {
    await sleep(random() * withinMs)
    const door = new Door(site.door.origin, 1)
    const at = performance.now()
    await site.logIn(person, door).then(
      () => latenciesMs.push(performance.now() - at),
      (error: unknown) => failures.push(error),
    )
    await door.leave()
  }
  const counting = countBackends(site)
  // Beyond those who come again and again in other measurements.
  await Promise.all(Array.from({ length: logins }, (_, index) => logIn(site.regulars + index)))
  const backends = await counting.stop()
  await dingtalk.get('/_delay/0')
  if (failures[0]) console.error(failures[0])
  const [p50Ms = 0, p99Ms = 0, longestMs = 0] = quantiles(latenciesMs, [0.5, 0.99, 1])
  const [processes, errors] = [site.programs.length, failures.length]
  return { processes, people, logins, withinMs, errors, p50Ms, p99Ms, longestMs, backends }
}

function countBackends(site: Site) {
  let most = 0
  let isOver = false
  const counted = (async () => {
    while (!isOver) {
      most = Math.max(most, (await site.schema?.backends())?.length ?? 0)
      await sleep(LOOK_EVERY)
    }
  })()
  return {
    /** Gives the most that were there at once. */
    stop: async () => {
      isOver = true
      await counted
      return most
    },
  }
}
