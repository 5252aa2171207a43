import Sqlite from 'better-sqlite3'
import pg from 'pg'

type Method = (this: { source: string; database: Sqlite.Database }, ...values: unknown[]) => unknown

const METHODS = ['all', 'get', 'run', 'iterate'] as const

/**
 * What this process asks of its databases from now on, Prisma's statements and our own, until it is disposed of.
 * The prototypes that it changes are those of the whole worker, which runs file after file: hold it by `using`, which
 * puts them back when a test fails too.
 */
export class StatementRecorder implements Disposable {
  readonly statements: string[] = []
  /** Those of the audit trail's batches, apart: they come when it is their time, whatever is asked meanwhile. */
  readonly batches: string[] = []
  /** The SQLite connections that were used. */
  readonly connections = new Set<Sqlite.Database>()
  readonly #restore: (() => void)[] = []

  constructor() {
    this.#recordSqlite()
    this.#recordPostgresql()
  }

  /** What has been asked since this was last called. */
  take(): string[] {
    return this.statements.splice(0)
  }

  #note(statement: string): void {
    // What each new connection begins with asks for nothing.
    if (/^(PRAGMA|SELECT set_config)/.test(statement)) return
    const list = /"(AuditRecord|HourlyFigure)"/.test(statement) ? this.batches : this.statements
    list.push(statement)
  }

  #recordSqlite(): void {
    const probe = new Sqlite(':memory:')
    const prototype = Object.getPrototypeOf(probe.prepare('SELECT 1')) as Record<(typeof METHODS)[number], Method>
    probe.close()
    const record = (source: string, connection: Sqlite.Database) => {
      this.#note(source)
      this.connections.add(connection)
    }
    for (const name of METHODS) {
      const original = prototype[name]
      prototype[name] = function (...values) {
        record(this.source, this.database)
        return original.apply(this, values)
      }
      this.#restore.push(() => {
        prototype[name] = original
      })
    }
  }

  #recordPostgresql(): void {
    const prototype = pg.Client.prototype as unknown as { query: (...values: unknown[]) => unknown }
    const original = prototype.query
    const note = (text: string) => this.#note(text)
    prototype.query = function (...values) {
      const [query] = values as [string | { text: string }]
      const text = typeof query === 'string' ? query : query.text
      note(text)
      return original.apply(this, values)
    }
    this.#restore.push(() => {
      prototype.query = original
    })
  }

  [Symbol.dispose](): void {
    for (const restore of this.#restore) restore()
  }
}
