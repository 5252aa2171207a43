import { execFile } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import type { Report } from './bench/report.js'
import { postgresqlScenarios } from './bench/scenarios.js'
import { onPostgresql } from './support/database.js'
import { isInstalled, nginx } from './support/proxy.js'

const LOOK_EVERY = 50
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

const canRun = process.platform === 'linux' && nginx.isInstalled && isInstalled('openssl', 'version')
if (onPostgresql && !canRun) console.log('skipped: the measurements on PostgreSQL; they need Linux, nginx and openssl')

/** The schemas of servers that run. */
async function schemas(): Promise<string[]> {
  const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL })
  await client.connect()
  const { rows } = await client.query(`SELECT nspname FROM pg_namespace`)
  await client.end()
  return rows.map(({ nspname }) => nspname)
}

describe.runIf(onPostgresql && canRun)('the measurements on PostgreSQL', () => {
  it('reach every server and several processes, lose no login, and leave nothing behind', {
    timeout: 240_000,
  }, async () => {
    const compiled = 'dist-bench-postgresql'
    const compile = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.bench.json', '--outDir', compiled]
    await run(process.execPath, compile, { cwd: ROOT })
    const main = `${compiled}/test/bench/main.js`
    const quickest = [
      '--postgresql',
      '--json',
      '--rounds',
      '1',
      '--duration',
      '0',
      '--browsers',
      '2',
      '--scale',
      '0.02',
    ]
    const ours: string[] = []
    const running = run(process.execPath, [main, ...quickest], { cwd: ROOT })
    // Each site's connections bear the name of its schema.
    const note = async () => {
      const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL })
      await client.connect()
      while (running.child.exitCode === null) {
        const { rows } = await client.query(`SELECT DISTINCT application_name AS name FROM pg_stat_activity`)
        // Other tests' servers run meanwhile.
        ours.push(...rows.map(({ name }) => String(name)).filter((name) => name.startsWith('bench_')))
        await wait(LOOK_EVERY)
      }
      await client.end()
    }
    const [{ stdout }] = await Promise.all([running, note()])
    const report: Report = JSON.parse(stdout)

    const expected = Object.entries(postgresqlScenarios).flatMap(([name, { sites }]) =>
      sites.map((site) => `${name} ${site}`),
    )
    expect(report.results.map(({ scenario, site }) => `${scenario} ${site}`)).toEqual(expected)
    for (const { site, databaseCpuMs } of report.results) expect(databaseCpuMs === undefined).toBe(site === 'server')
    const spreads = report.spreads.map(({ operation, processes }) => `${operation} ${processes}`)
    expect(spreads).toEqual(['login', 'me', 'verify'].flatMap((name) => [1, 2, 4].map((n) => `${name} ${n}`)))
    expect(report.rushes.map(({ processes }) => processes)).toEqual([1, 1, 2, 2, 4, 4])
    for (const { logins, errors, longestMs, backends, processes } of report.rushes) {
      expect({ logins, errors }).toEqual({ logins: 20, errors: 0 })
      // Two calls of 80 ms each.
      expect(longestMs).toBeGreaterThan(160)
      expect(backends).toBeLessThanOrEqual(10 * processes)
    }
    expect(ours.length).toBeGreaterThan(0)
    const left = await schemas()
    expect(left.filter((schema) => ours.includes(schema))).toEqual([])
  })
})
