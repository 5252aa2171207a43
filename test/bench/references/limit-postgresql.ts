/** The least on PostgreSQL: prepared statements, one round trip and one commit a login. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { IP, type LiveSession, type Login, serve } from './limit-server.js'
import { openPool, prepared } from './postgresql.js'
import { SESSION_MS } from './settings.js'

const UNIQUE_VIOLATION = '23505'

const pool = await openPool(`
  CREATE TABLE IF NOT EXISTS person (
    id TEXT PRIMARY KEY, "unionId" TEXT NOT NULL UNIQUE, username TEXT NOT NULL UNIQUE, nick TEXT NOT NULL, "avatarUrl" TEXT,
    "createdAt" TEXT NOT NULL, "lastLoginAt" TEXT NOT NULL, "membershipCheckedAt" TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, "idHash" TEXT NOT NULL UNIQUE, "personId" TEXT NOT NULL REFERENCES person,
    "createdAt" BIGINT NOT NULL, "lastSeenAt" BIGINT NOT NULL, "expiresAt" BIGINT NOT NULL, ip TEXT NOT NULL, "userAgent" TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS session_person ON session ("personId");
  CREATE INDEX IF NOT EXISTS session_expiry ON session ("expiresAt");
  CREATE INDEX IF NOT EXISTS session_use ON session ("lastSeenAt");
`)

const record = prepared<{ username: string }>(
  pool,
  'record',
  `WITH kept AS (
     INSERT INTO person VALUES ($1, $2, $3, $4, NULL, $5, $5, $5)
     ON CONFLICT ("unionId") DO UPDATE
       SET nick = excluded.nick, "lastLoginAt" = excluded."lastLoginAt", "membershipCheckedAt" = excluded."membershipCheckedAt"
     RETURNING id, username
   ), begun AS (
     INSERT INTO session SELECT $6, $7, id, $8, $8, $9, $10, $11 FROM kept
   )
   SELECT username FROM kept`,
)
const find = prepared<LiveSession>(
  pool,
  'find',
  `SELECT person.*, session.id AS "sessionId", "lastSeenAt", "expiresAt"
   FROM session JOIN person ON person.id = "personId" WHERE "idHash" = $1`,
)
const touch = prepared(pool, 'touch', 'UPDATE session SET "lastSeenAt" = $1 WHERE id = $2')

/** Under the nick, or with a number behind it where the name is taken. */
async function recordLogin({ profile, idHash, userAgent, now }: Login): Promise<string> {
  const { unionid, nick } = profile
  for (let n = 1; ; n++) {
    const name = n === 1 ? nick : `${nick}-${n}`
    const person = [randomUUID(), unionid, name, nick, new Date(now).toISOString()]
    try {
      const rows = await record([...person, randomUUID(), idHash, now, now + SESSION_MS, IP, userAgent])
      return rows[0]?.username ?? ''
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error
    }
  }
}

serve({
  recordLogin,
  findSession: async (idHash) => (await find([idHash]))[0],
  touchSession: (id, now) => touch([now, id]),
})
