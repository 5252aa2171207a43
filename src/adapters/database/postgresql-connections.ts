import pg from 'pg'

const MAX_CONNECTIONS = 10
/** How much longer than the server itself a statement's end is waited for, in milliseconds. */
const GRACE_MS = 1000
/** The type of a point in time without a zone; all of ours are in UTC. */
const TIMESTAMP = 1114

/** What a statement needs of the session that it runs in, by the names of PostgreSQL's settings. */
export type SessionSettings = Record<string, string>

interface Options {
  connection: pg.ClientConfig
  settings: SessionSettings
  /** How long one statement may take, in milliseconds; 0: as long as it takes. */
  timeoutMs: number
  /** Called once, when it turns out that sessions are shared. */
  onShared: () => void
}

/**
 * The connections of a process. A pooler such as PgBouncer may run each transaction in another session, which others
 * use as well: there a statement brings its settings along, in a transaction of its own, and is not prepared under a
 * name. On a direct connection the session is ours: it is set up once, and statements are prepared once.
 */
export class PostgresqlConnections {
  readonly pool: pg.Pool
  readonly #settings: SessionSettings
  readonly #onShared: () => void
  #areShared = false

  constructor({ connection, settings, timeoutMs, onShared }: Options) {
    this.#settings = {
      ...settings,
      // The dates of every other style would be read as none.
      DateStyle: 'ISO',
      // The server has to give a statement up as well: while it waits for a lock, it does not see its client leave.
      ...(timeoutMs > 0 && { statement_timeout: String(timeoutMs) }),
    }
    this.#onShared = onShared
    this.pool = new pg.Pool({
      ...connection,
      max: MAX_CONNECTIONS,
      // A transaction of one statement takes one round trip: nothing is waited for between its parts.
      pipeline: true,
      ...(timeoutMs > 0 && { query_timeout: timeoutMs + GRACE_MS }),
      onConnect: (client) => this.#claim(client),
      types: { getTypeParser: parserOf },
    })
    // Without a listener, losing an idle connection would end the process. The pool makes another when it needs one.
    this.pool.on('error', () => {})
    // Prisma asks the pool itself.
    this.pool.query = ((query: pg.QueryConfig) => this.query(query)) as pg.Pool['query']
  }

  /** Runs one statement; prepared under its name, if it has one, where that can be relied upon. */
  async query(query: pg.QueryConfig): Promise<pg.QueryResult> {
    try {
      return await this.#run(query)
    } catch (error) {
      if (!query.name || !isNameLost(error)) throw error
      this.#noteShared()
      return this.#run(query)
    }
  }

  async #run({ name, ...query }: pg.QueryConfig): Promise<pg.QueryResult> {
    const client = await this.pool.connect()
    // What is lost while a statement runs fails that statement.
    const ignore = () => {}
    client.on('error', ignore)
    try {
      const result = this.#areShared
        ? await this.#runAlone(client, query)
        : await client.query({ ...query, ...(name && { name }) })
      client.release()
      return result
    } catch (error) {
      client.release(true)
      throw error
    } finally {
      client.off('error', ignore)
    }
  }

  /** In a transaction of its own, which one session runs from its beginning to its end. */
  async #runAlone(client: pg.ClientBase, query: pg.QueryConfig): Promise<pg.QueryResult> {
    const parts = [
      client.query(`BEGIN; SELECT ${setAll(this.#settings, 'transaction')}`),
      client.query(query),
      client.query('COMMIT'),
    ] as const
    await Promise.allSettled(parts)
    const [, result] = await Promise.all(parts)
    return result
  }

  /**
   * Sets a session up that is ours. The server itself names its process when a connection is made; a pooler has no
   * process to name yet, and makes a number up.
   */
  async #claim(client: pg.ClientBase): Promise<void> {
    const { processID } = client as pg.ClientBase & { processID: number | null }
    const claim = `SELECT ${setAll(this.#settings, 'session')} WHERE pg_backend_pid() = $1`
    const { rows } = await client.query(claim, [processID])
    if (rows.length === 0) this.#noteShared()
  }

  #noteShared(): void {
    if (this.#areShared) return
    this.#areShared = true
    this.#onShared()
  }
}

/** What sets these, for the select list of a statement. */
export function setAll(settings: SessionSettings, scope: 'session' | 'transaction'): string {
  const isLocal = scope === 'transaction'
  return Object.entries(settings)
    .map(([name, value]) => `set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, ${isLocal})`)
    .join(', ')
}

/**
 * Whether a prepared statement was not there under its name, or another one was: the session was not ours after all.
 * The statement itself has not run.
 */
function isNameLost(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false
  const { code, message } = error
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  return code === '26000' || code === '42P05' || (code === '08P01' && message.startsWith('bind message supplies'))
}

/** Points in time come as texts that name their zone, as in SQLite. */
function parserOf(oid: number, format?: 'text' | 'binary') {
  if (oid === TIMESTAMP) return (text: string) => `${text.replace(' ', 'T')}+00:00`
  return pg.types.getTypeParser(oid, format as 'text')
}
