/** The least on SQLite: prepared statements, one commit a login. */
import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { IP, type LiveSession, type Login, serve } from './limit-server.js'
import { type Person, SESSION_MS, settings } from './settings.js'

const db = new Database(settings.databaseFile)
db.pragma('journal_mode = WAL')
db.pragma('synchronous = NORMAL')
db.exec(`
  CREATE TABLE IF NOT EXISTS person (
    id TEXT PRIMARY KEY, unionId TEXT NOT NULL UNIQUE, username TEXT NOT NULL UNIQUE, nick TEXT NOT NULL, avatarUrl TEXT,
    createdAt TEXT NOT NULL, lastLoginAt TEXT NOT NULL, membershipCheckedAt TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, idHash TEXT NOT NULL UNIQUE, personId TEXT NOT NULL REFERENCES person,
    createdAt INTEGER NOT NULL, lastSeenAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, ip TEXT NOT NULL, userAgent TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS session_person ON session (personId);
  CREATE INDEX IF NOT EXISTS session_expiry ON session (expiresAt);
  CREATE INDEX IF NOT EXISTS session_use ON session (lastSeenAt);
`)

const findPerson = db.prepare<[string], Person>('SELECT * FROM person WHERE unionId = ?')
const nameTaken = db.prepare<[string], object>('SELECT 1 FROM person WHERE username = ?')
const updatePerson = db.prepare('UPDATE person SET nick = ?, lastLoginAt = ?, membershipCheckedAt = ? WHERE id = ?')
const insertPerson = db.prepare('INSERT INTO person VALUES (?, ?, ?, ?, NULL, ?, ?, ?)')
const insertSession = db.prepare('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
const touchSession = db.prepare('UPDATE session SET lastSeenAt = ? WHERE id = ?')
const findSession = db.prepare<[string], LiveSession>(`
  SELECT person.*, session.id AS sessionId, lastSeenAt, expiresAt FROM session JOIN person ON person.id = personId WHERE idHash = ?
`)

const recordLogin = db.transaction(({ profile, idHash, userAgent, now }: Login): string => {
  const at = new Date(now).toISOString()
  let { id, username } = findPerson.get(profile.unionid) ?? { id: randomUUID(), username: '' }
  if (username) updatePerson.run(profile.nick, at, at, id)
  else {
    username = profile.nick
    for (let n = 2; nameTaken.get(username); n++) username = `${profile.nick}-${n}`
    insertPerson.run(id, profile.unionid, username, profile.nick, at, at, at)
  }
  insertSession.run(randomUUID(), idHash, id, now, now, now + SESSION_MS, IP, userAgent)
  return username
})

serve({
  recordLogin,
  findSession: (idHash) => findSession.get(idHash),
  touchSession: (id, now) => touchSession.run(now, id),
})
