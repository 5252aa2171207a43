import { makeSchema, type Row, type TestDatabase } from '../support/database.js'
import { exactCpuMsOf } from './process-costs.js'

/** A schema of its own in a PostgreSQL database, which is dropped at the end. */
export class Schema implements AsyncDisposable {
  /** As DATABASE_URL takes it; its connections can be told from others. */
  readonly url: string
  readonly #database: TestDatabase
  readonly #name: string
  #last: Promise<unknown> = Promise.resolve()
  /** What each backend has used when it was last looked at. */
  readonly #cpuMs = new Map<number, number>()

  private constructor(database: TestDatabase) {
    this.#database = database
    const url = new URL(database.url)
    this.#name = url.searchParams.get('schema') ?? ''
    url.searchParams.set('application_name', this.#name)
    this.url = url.href
  }

  static async make(server: string): Promise<Schema> {
    return new Schema(await makeSchema(server))
  }

  /** Asks on a connection of its own, which counts for nobody: one question after the other. */
  sql(text: string): Promise<Row[]> {
    const asked = this.#last.then(() => this.#database.sql(text))
    this.#last = asked.catch(() => {})
    return asked
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
    await this.#database.remove()
  }
}
