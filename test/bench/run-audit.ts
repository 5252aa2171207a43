import { measurePages, type PageTime } from './audit.js'
import type { Bench } from './bench.js'
import { loginsOfReturningPeople } from './operations.js'
import { interleave, type Operation, runRound } from './rounds.js'
import { Site } from './site.js'

/** Says what a login costs with a trail and without one; gives the times of a long trail's pages. */
export async function runAudit(bench: Bench): Promise<PageTime[]> {
  const { directory, rounds, browsers, durationMs, scale, say } = bench
  const kept: { site: Site; operation: Operation }[] = []
  try {
    for (const AUDIT_RETENTION of ['0', '180d']) {
      const databaseName = `kept-${AUDIT_RETENTION}.db`
      const site = await Site.start({ ...bench, name: 'server', databaseName, settings: { AUDIT_RETENTION } })
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
  return measurePages(directory, 10_000_000 * scale, process.env.TEST_DATABASE_URL)
}

/** One line for a page. */
export function lineOf({ database, page, medianMs, worstMs }: PageTime): string {
  return `${database.padEnd(10)} ${medianMs.toFixed(1).padStart(7)} ms, at worst ${worstMs.toFixed(1).padStart(7)}: ${page}`
}
