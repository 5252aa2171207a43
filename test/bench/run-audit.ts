import { measurePages } from './audit.js'
import type { Bench, Measured } from './bench.js'
import { loginsOfReturningPeople } from './operations.js'
import type { Result } from './report.js'
import { interleave, type Operation, runRound } from './rounds.js'
import { Site } from './site.js'

/** What is measured, and how long its trail is kept. */
const LOGINS = { 'login-untrailed': '0', 'login-trailed': '180d' }

/** Logins with a trail and without one, and the times of a long trail's pages. */
export async function runAudit(bench: Bench): Promise<Measured> {
  const { directory, scale } = bench
  const results = await measureLogins(bench)
  return { results, pages: await measurePages(directory, 10_000_000 * scale, process.env.TEST_DATABASE_URL) }
}

async function measureLogins(bench: Bench): Promise<Result[]> {
  const { rounds, browsers, durationMs } = bench
  const kept: { scenario: string; site: Site; operation: Operation }[] = []
  try {
    for (const [scenario, AUDIT_RETENTION] of Object.entries(LOGINS)) {
      const settings = { AUDIT_RETENTION }
      const site = await Site.start({ ...bench, name: 'server', databaseName: `${scenario}.db`, settings })
      kept.push({ scenario, site, operation: await loginsOfReturningPeople(site) })
    }
    const results = await interleave(kept, rounds, ({ site, operation }, lengths) =>
      runRound(site, operation, { browsers, durationMs: durationMs * lengths }),
    )
    return results.map(({ server: { scenario, site }, ...round }) => ({ scenario, site: site.name, ...round }))
  } finally {
    for (const { site } of kept) await site[Symbol.asyncDispose]()
  }
}
