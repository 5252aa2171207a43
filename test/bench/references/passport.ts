/** The usual way on SQLite: prepared statements, sessions in the same file. */
import Database from 'better-sqlite3'
import session from 'express-session'
import { serve } from './passport-app.js'
import { type Person, SESSION_MS, settings } from './settings.js'

const db = new Database(settings.databaseFile)
db.pragma('journal_mode = WAL')
db.exec(`
  CREATE TABLE IF NOT EXISTS users (
    id TEXT PRIMARY KEY, unionId TEXT NOT NULL UNIQUE, username TEXT NOT NULL, nick TEXT NOT NULL, avatarUrl TEXT, lastLoginAt TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS sessions (sid TEXT PRIMARY KEY, sess TEXT NOT NULL, expires INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS sessions_expires ON sessions (expires);
`)

type Done = (error?: unknown) => void

/** As the packages for SQLite do it, prepared once. */
class SqliteStore extends session.Store {
  readonly #find = db.prepare<[string, number], { sess: string }>(
    'SELECT sess FROM sessions WHERE sid = ? AND expires > ?',
  )
  readonly #save = db.prepare('INSERT OR REPLACE INTO sessions (sid, sess, expires) VALUES (?, ?, ?)')
  readonly #touch = db.prepare('UPDATE sessions SET expires = ? WHERE sid = ?')
  readonly #delete = db.prepare('DELETE FROM sessions WHERE sid = ?')

  override get(sid: string, done: (error: unknown, data?: session.SessionData | null) => void): void {
    const row = this.#find.get(sid, Date.now())
    done(null, row ? JSON.parse(row.sess) : null)
  }

  override set(sid: string, data: session.SessionData, done: Done = () => {}): void {
    this.#save.run(sid, JSON.stringify(data), expiryOf(data))
    done()
  }

  override touch(sid: string, data: session.SessionData, done: Done = () => {}): void {
    this.#touch.run(expiryOf(data), sid)
    done()
  }

  override destroy(sid: string, done: Done = () => {}): void {
    this.#delete.run(sid)
    done()
  }
}

function expiryOf({ cookie }: session.SessionData): number {
  return cookie.expires ? new Date(cookie.expires).getTime() : Date.now() + SESSION_MS
}

const findByUnionId = db.prepare<[string], Person>('SELECT * FROM users WHERE unionId = ?')
const findById = db.prepare<[string], Person>('SELECT * FROM users WHERE id = ?')
const saveUser = db.prepare(`
  INSERT INTO users (id, unionId, username, nick, lastLoginAt) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (unionId) DO UPDATE SET nick = excluded.nick, lastLoginAt = excluded.lastLoginAt
`)

serve(
  {
    findByUnionId: async (unionId) => findByUnionId.get(unionId),
    findById: async (id) => findById.get(id),
    save: async ({ id, unionId, nick, at }) => void saveUser.run(id, unionId, nick, nick, at),
  },
  new SqliteStore(),
)
