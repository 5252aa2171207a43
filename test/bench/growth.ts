import { createHash, createHmac, randomInt, randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { HOUR } from '../../src/time.js'
import { logins } from './operations.js'
import { nickOf, unionIdOf } from './people.js'
import type { Operation } from './rounds.js'
import type { Site } from './site.js'
import { SECRET } from './site.js'

/** People who are asked for, so that most of the file stays unread. */
const ASKED = 10_000

/** Puts people `0` to `people` into the server's own tables, each with a session that goes on. */
export function fill(databaseFile: string, people: number): void {
  const db = new Database(databaseFile)
  db.pragma('synchronous = OFF')
  const addUser = db.prepare(`
    INSERT INTO "User" (id, unionId, username, handle, nick, createdAt, lastLoginAt, membershipCheckedAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  `)
  const addSession = db.prepare(`
    INSERT INTO "Session" (id, idHash, userId, createdAt, lastSeenAt, expiresAt, ip, userAgent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  `)
  const now = Date.now()
  const at = prismaDate(now)
  // In use until the measurement is over: how often sessions are marked as used depends on how many are asked for.
  const seenAt = prismaDate(now + HOUR)
  const expiresAt = prismaDate(now + 24 * HOUR)
  db.transaction(() => {
    for (let person = 0; person < people; person++) {
      const id = randomUUID()
      addUser.run(id, unionIdOf(person), nickOf(person), nickOf(person), nickOf(person), at, at, at)
      addSession.run(randomUUID(), sha256(sessionIdOf(person)), id, at, seenAt, expiresAt, '127.0.0.1', 'bench')
    }
  })()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

/** Logins of people from all over the tables. */
export function loginsAmong(site: Site, people: number): Operation {
  return logins(site, () => randomInt(people))
}

/** `/me` in sessions from all over the tables. */
export function questionsAmong(site: Site, people: number): Operation {
  const signedIn = Array.from({ length: Math.min(people, ASKED) }, () => {
    const person = randomInt(people)
    return { person, cookie: `sid=${encodeURIComponent(signedCookie(sessionIdOf(person)))}` }
  })
  let turn = 0
  return {
    run: async () => {
      const { person, cookie } = signedIn[turn++ % signedIn.length] ?? { person: 0, cookie: '' }
      await site.checkSignedIn(cookie, person)
    },
  }
}

/** Ids that can be found again without keeping a million of them. */
function sessionIdOf(person: number): string {
  return sha256(`session of ${person}`)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** As express-session signs a cookie. */
function signedCookie(id: string): string {
  return `s:${id}.${createHmac('sha256', SECRET).update(id).digest('base64').replace(/=+$/, '')}`
}

/** As Prisma writes a DateTime into SQLite. */
function prismaDate(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00')
}
