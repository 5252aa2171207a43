import type { Bench, Measured } from './bench.js'
import { fill, loginsAmong, questionsAmong } from './growth.js'
import type { Growth } from './report.js'
import { interleave, type Operation, runRound } from './rounds.js'
import { Site } from './site.js'

const GROWTH_PEOPLE = [1000, 1_000_000]

interface Sized {
  site: Site
  people: number
}

/** What an operation costs in a small and in a large database. */
export async function runGrowth(bench: Bench): Promise<Measured> {
  const { scale, say } = bench
  const sized: Sized[] = []
  try {
    for (const size of GROWTH_PEOPLE) {
      const people = Math.ceil(size * scale)
      say(`filling a database with ${people} people`)
      const options = { ...bench, name: 'server', databaseName: `${size}.db` } as const
      // Started once so that it makes its tables.
      const { databaseFile } = await stopped(await Site.start(options))
      fill(databaseFile, people)
      sized.push({ site: await Site.start(options), people })
    }
    const growth = [
      ...(await measure(bench, 'login', sized, loginsAmong)),
      ...(await measure(bench, 'me', sized, questionsAmong)),
    ]
    return { growth }
  } finally {
    for (const { site } of sized) await site[Symbol.asyncDispose]()
  }
}

async function measure(
  { rounds, browsers, durationMs, say }: Bench,
  operation: Growth['operation'],
  sized: Sized[],
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
