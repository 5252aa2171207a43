/** The usual way on PostgreSQL: connect-pg-simple, and prepared statements for people. */
import connectPgSimple from 'connect-pg-simple'
import session from 'express-session'
import { serve } from './passport-app.js'
import { openPool, prepared } from './postgresql.js'
import type { Person } from './settings.js'

const pool = await openPool(`
  CREATE TABLE IF NOT EXISTS users (
    id TEXT PRIMARY KEY, "unionId" TEXT NOT NULL UNIQUE, username TEXT NOT NULL, nick TEXT NOT NULL, "avatarUrl" TEXT,
    "lastLoginAt" TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS session (sid VARCHAR PRIMARY KEY, sess JSON NOT NULL, expire TIMESTAMP(6) NOT NULL);
  CREATE INDEX IF NOT EXISTS session_expire ON session (expire);
`)

const findByUnionId = prepared<Person>(pool, 'find_by_union_id', 'SELECT * FROM users WHERE "unionId" = $1')
const findById = prepared<Person>(pool, 'find_by_id', 'SELECT * FROM users WHERE id = $1')
const save = prepared(
  pool,
  'save',
  `INSERT INTO users (id, "unionId", username, nick, "lastLoginAt") VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT ("unionId") DO UPDATE SET nick = excluded.nick, "lastLoginAt" = excluded."lastLoginAt"`,
)

const PgStore = connectPgSimple(session)
serve(
  {
    findByUnionId: async (unionId) => (await findByUnionId([unionId]))[0],
    findById: async (id) => (await findById([id]))[0],
    save: async ({ id, unionId, nick, at }) => void (await save([id, unionId, nick, nick, at])),
  },
  new PgStore({ pool }),
)
