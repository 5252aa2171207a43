import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { exactCpuMsOf } from './process-costs.js'

/** A schema of its own in a PostgreSQL database, which is dropped at the end. */
export class Schema implements AsyncDisposable {
  /** As DATABASE_URL takes it; its connections can be told from others. */
  readonly url: string
  readonly #name = `bench_${randomUUID().replaceAll('-', '')}`
  readonly #pool: pg.Pool
  /** What each backend has used when it was last looked at. */
  readonly #cpuMs = new Map<number, number>()

  constructor(server: string) {
    const url = new URL(server)
    url.searchParams.set('schema', this.#name)
    url.searchParams.set('application_name', this.#name)
    this.url = url.href
    this.#pool = new pg.Pool({ connectionString: server, options: `-c search_path=${this.#name}` })
  }

  /** Asks on a connection of its own, which counts for nobody. */
  async sql(text: string): Promise<Record<string, unknown>[]> {
    return (await this.#pool.query(text)).rows
  }

  /** The processes of the database that serve this schema's site. */
  async backends(): Promise<number[]> {
    const rows = await this.sql(`SELECT pid FROM pg_stat_activity WHERE application_name = '${this.#name}'`)
    return rows.map(({ pid }) => Number(pid))
  }

  /**
   * CPU time of the site's backends so far; undefined where they run on another machine. What one has used between the
   * last look and its end is missing.
   */
  async cpuMs(): Promise<number | undefined> {
    const pids = await this.backends()
    for (const pid of pids) {
      const used = exactCpuMsOf(pid, 'postgres')
      if (used !== undefined) this.#cpuMs.set(pid, used)
    }
    if (this.#cpuMs.size === 0 && pids.length > 0) return undefined
    return [...this.#cpuMs.values()].reduce((sum, used) => sum + used, 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql(`SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${this.#name} CASCADE`)
    await this.#pool.end()
  }
}
