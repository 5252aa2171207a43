import { createHash } from 'node:crypto'
import { sign } from 'cookie-signature'
import { describe, expect, it } from 'vitest'
import { timeText } from '../src/adapters/database/database.js'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { HOUR, MINUTE, SECOND } from '../src/time.js'
import { setCookies } from './support/browser.js'
import { sessionsOf } from './support/sessions.js'
import { StatementRecorder } from './support/statements.js'
import { createWorld, type World } from './support/world.js'

interface SessionRow {
  id: string
  idHash: string
  lastSeenAt: string
  expiresAt: string
  createdAt: string
  ip: string
  userAgent: string
}

async function sessionRows(world: World): Promise<SessionRow[]> {
  return (await world.sql('SELECT * FROM "Session" ORDER BY "createdAt"')) as unknown as SessionRow[]
}

describe('the cookies', () => {
  it('are HttpOnly, Lax and for the whole site on http', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const begun = await browser.get('/ding_url').expect(302)
    const landed = await world.browser().logIn()
    const cookies = [...setCookies(begun), ...setCookies(landed)]
    expect(cookies).toHaveLength(3)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^(sid|login\.[\w-]{16})=/)
      expect(cookie).toMatch(/; Path=\//)
      expect(cookie).toMatch(/; HttpOnly/)
      expect(cookie).toMatch(/; SameSite=Lax/)
      expect(cookie).not.toMatch(/Secure|Domain/i)
    }
  })

  it('are Secure and bound to the host on https', async () => {
    await using world = await createWorld({ PUBLIC_URL: 'https://login.test' })
    const browser = world.browser()
    const begun = await browser.get('/ding_url').expect(302)
    const landed = await world.browser().logIn()
    for (const cookie of [...setCookies(begun), ...setCookies(landed)]) {
      expect(cookie).toMatch(/^__Host-(sid|login\.[\w-]{16})=/)
      expect(cookie).toMatch(/; Secure/)
      expect(cookie).not.toMatch(/Domain/i)
    }
  })

  it('share the session with sibling hosts where COOKIE_DOMAIN says so, and never the attempt', async () => {
    await using world = await createWorld({ PUBLIC_URL: 'https://login.corp.test', COOKIE_DOMAIN: 'corp.test' })
    const browser = world.browser()
    const cookies = setCookies(await browser.logIn())
    expect(cookies.find((cookie) => cookie.startsWith('__Secure-sid='))).toMatch(/; Domain=corp\.test; .*Secure/)
    expect(cookies.filter((cookie) => cookie.includes('login.'))).toEqual([
      expect.stringMatching(/^__Host-login\.(?!.*Domain)/),
    ])
    const left = setCookies(await browser.post('/logout').expect(204))
    expect(left).toEqual([expect.stringMatching(/^__Secure-sid=; Domain=corp\.test;.*Expires=Thu, 01 Jan 1970/)])
  })

  it('live as long as the session may', async () => {
    await using world = await createWorld({ SESSION_MAX_AGE: '2d' })
    const cookie = setCookies(await world.browser().logIn()).find((line) => line.startsWith('sid='))
    const expires = Date.parse(/Expires=([^;]+)/.exec(cookie ?? '')?.[1] ?? '')
    expect(Math.abs(expires - Date.now() - 48 * HOUR)).toBeLessThan(MINUTE)
  })
})

describe('a session', () => {
  it('is kept as a hash of its id, with address, browser and times', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser
      .get(await browser.scan())
      .set('User-Agent', 'Browser/1.0')
      .expect(302)
    const [row] = await sessionRows(world)
    const cookieId =
      decodeURIComponent(browser.cookies.get('sid') ?? '')
        .slice(2)
        .split('.')[0] ?? ''
    expect(row?.idHash).toBe(createHash('sha256').update(cookieId).digest('base64url'))
    expect(JSON.stringify(await sessionRows(world))).not.toContain(cookieId)
    expect(row).toMatchObject({ ip: '127.0.0.1', userAgent: 'Browser/1.0' })
    expect(Date.parse(row?.expiresAt ?? '') - Date.parse(row?.createdAt ?? '')).toBe(7 * 24 * HOUR)
  })

  it('has a fresh id, whatever id the browser brought', async () => {
    await using world = await createWorld()
    const victim = world.browser()
    const attacker = world.browser()
    await attacker.logIn('lisi')
    const planted = attacker.cookies.get('sid') ?? ''
    victim.cookies.set('sid', planted)
    await victim.logIn('zhangsan')
    expect(victim.cookies.get('sid')).not.toBe(planted)
    await attacker.get('/me').expect(401)

    const stranger = world.browser()
    stranger.cookies.set('sid', 'chosen-by-the-client')
    await stranger.logIn('zhangsan')
    expect(stranger.cookies.get('sid')).not.toContain('chosen')
  })

  it('is nobody when its cookie is forged', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const good = browser.cookies.get('sid') ?? ''
    const flipped = good.slice(0, -1) + (good.endsWith('A') ? 'B' : 'A')
    for (const forged of [flipped, good.replace('s%3A', ''), good.replace('s%3A', 'xx'), 's%3A.', 'x', '']) {
      const { body } = await world.browser().get('/me').set('Cookie', `sid=${forged}`).expect(401)
      expect(body.error).toBe('unauthenticated')
    }
    await browser.get('/me').expect(200)
  })

  it('is not opened by an attempt’s cookie, whatever stands in the database', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const attempt = browser.cookies.get(browser.cookie('login.') ?? '') ?? ''
    const value = decodeURIComponent(attempt).slice(2).split('.')[0] ?? ''
    const idHash = createHash('sha256').update(value).digest('base64url')
    await world.sql(`UPDATE "Session" SET "idHash" = '${idHash}'`)
    await world.browser().get('/me').set('Cookie', `sid=${attempt}`).expect(401)
    const signed = encodeURIComponent(`s:${sign(value, world.settings.SESSION_SECRETS ?? '')}`)
    await world.browser().get('/me').set('Cookie', `sid=${signed}`).expect(200)
  })

  it('makes no row and no cookie for those who only look', async () => {
    await using world = await createWorld()
    for (const path of ['/me', '/sessions', '/verify', '/callback', '/nothing']) {
      const answer = await world.browser().get(path)
      expect(setCookies(answer)).toEqual([])
    }
    expect(await sessionRows(world)).toEqual([])
  })

  it('ends after SESSION_IDLE_TIMEOUT without use, and not while it is used', async () => {
    await using world = await createWorld({ SESSION_IDLE_TIMEOUT: '1h' })
    const browser = world.browser()
    await browser.logIn()
    for (let step = 0; step < 4; step++) {
      world.pass(50 * MINUTE)
      await browser.get('/me').expect(200)
    }
    world.pass(HOUR)
    await browser.get('/me').expect(401)
  })

  it('stays alive while it is used even when the idle timeout is a few seconds', async () => {
    await using world = await createWorld({ SESSION_IDLE_TIMEOUT: '4s' })
    const browser = world.browser()
    await browser.logIn()
    for (let step = 0; step < 6; step++) {
      world.pass(2 * SECOND)
      await browser.get('/me').expect(200)
    }
  })

  it('ends after SESSION_MAX_AGE, used or not', async () => {
    await using world = await createWorld({ SESSION_IDLE_TIMEOUT: '1h', SESSION_MAX_AGE: '2h' })
    const browser = world.browser()
    await browser.logIn()
    for (let step = 0; step < 3; step++) {
      world.pass(30 * MINUTE)
      await browser.get('/me').expect(200)
    }
    world.pass(30 * MINUTE)
    await browser.get('/me').expect(401)
  })

  it('is written at most once a minute, however often it is used', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const [begun] = await sessionRows(world)
    for (const path of ['/me', '/sessions', '/verify', '/me']) await browser.get(path)
    expect(await sessionRows(world)).toEqual([begun])
    world.pass(MINUTE)
    await browser.get('/verify').expect(204)
    const [touched] = await sessionRows(world)
    expect(touched?.lastSeenAt).not.toBe(begun?.lastSeenAt)
    await browser.get('/me').expect(200)
    expect(await sessionRows(world)).toEqual([touched])
  })

  it('survives another server on the same database, and a secret that was rotated', async () => {
    const old = 'an-older-secret-of-32-characters-or-more'
    const newer = 'a-newer-secret-of-32-characters-or-more'
    await using world = await createWorld({ SESSION_SECRETS: old })
    const browser = world.browser()
    await browser.logIn()
    const Cookie = browser.cookieHeader
    const rotated = await world.anotherServer({ SESSION_SECRETS: `${newer},${old}` })
    const removed = await world.anotherServer({ SESSION_SECRETS: newer })
    await rotated.browser().get('/me').set('Cookie', Cookie).expect(200)
    await removed.browser().get('/me').set('Cookie', Cookie).expect(401)
  })

  it('ends on the server when the person logs out, and the browser is told to forget', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const Cookie = browser.cookieHeader
    const { headers } = await browser.post('/logout').expect(204)
    expect(headers['clear-site-data']).toBe('"cache", "storage"')
    expect(browser.cookie('sid')).toBeUndefined()
    expect(await sessionRows(world)).toEqual([])
    await world.browser().get('/me').set('Cookie', Cookie).expect(401)
    await browser.post('/logout').expect(204)
  })

  it('is not needed to log out, and then no write is', async () => {
    await using world = await createWorld({ AUDIT_RETENTION: '0' })
    const before = await world.database.lastWrite()
    await world.browser().post('/logout').expect(204)
    expect(await world.database.lastWrite()).toEqual(before)
    const unlock = await world.database.lockWrites()
    await world.browser().post('/logout').expect(204)
    await unlock()
  })
})

/** What SQLite does in the thread of all requests takes some milliseconds for so many. */
const MOST_AT_ONCE = 20

describe('the sessions that are over', () => {
  it('are removed a few at a time, and those in use stay', async () => {
    await using world = await createWorld({ SESSION_IDLE_TIMEOUT: '1h' })
    const browser = world.browser()
    await browser.logIn()
    const time = (ms: number) => `'${timeText(new Date(Date.now() + ms))}'`
    for (let index = 0; index < 450; index++) {
      const [lastSeenAt, expiresAt] = index % 2 === 0 ? [time(-2 * HOUR), time(HOUR)] : [time(0), time(-2 * HOUR)]
      await world.sql(
        `INSERT INTO "Session" ("id", "idHash", "userId", "createdAt", "lastSeenAt", "expiresAt", "ip", "userAgent") SELECT 'id-${index}', 'hash-${index}', "userId", "createdAt", ${lastSeenAt}, ${expiresAt}, ip, "userAgent" FROM "Session" LIMIT 1`,
      )
    }
    const database = await openDatabase(world.database.url)
    const sessions = sessionsOf(database, { idleTimeoutMs: HOUR, maxAgeMs: 24 * HOUR })
    const steps: number[] = []
    while (steps.at(-1) !== 0) steps.push(await sessions.removeOver())
    expect(Math.max(...steps)).toBeLessThanOrEqual(MOST_AT_ONCE)
    expect(steps.reduce((sum, step) => sum + step)).toBe(450)
    await database.close()
    expect(await sessionRows(world)).toHaveLength(1)
    await browser.get('/me').expect(200)
  })
})

describe('the sessions that are alive', () => {
  it('are counted in parts, those of one moment together', async () => {
    await using world = await createWorld()
    await world.browser().logIn()
    const time = (ms: number) => `'${timeText(new Date(Date.now() + ms))}'`
    // SQLite keeps times as texts.
    const timeType = process.env.TEST_DATABASE_URL ? 'TIMESTAMP' : 'TEXT'
    const add = (count: number, lastSeenAt: string) =>
      world.sql(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
         INSERT INTO "Session" ("id", "idHash", "userId", "createdAt", "lastSeenAt", "expiresAt", "ip", "userAgent")
         SELECT ${lastSeenAt} || CAST(i AS TEXT), ${lastSeenAt} || CAST(i AS TEXT), s."userId", s."createdAt", CAST(${lastSeenAt} AS ${timeType}), s."expiresAt", s."ip", s."userAgent"
         FROM n, (SELECT * FROM "Session" LIMIT 1) AS s`,
      )
    await add(10_001, time(-2 * MINUTE))
    await add(20, time(-MINUTE))
    await add(3, time(-2 * HOUR))
    const database = await openDatabase(world.database.url)
    using recorder = new StatementRecorder()
    expect(await sessionsOf(database, { idleTimeoutMs: HOUR, maxAgeMs: 24 * HOUR }).countAlive()).toBe(10_022)
    expect(recorder.statements).toHaveLength(2)
    await database.close()
  })
})

describe('the sessions of a person', () => {
  it('are listed without what opens them', async () => {
    await using world = await createWorld()
    const desk = world.browser()
    const phone = world.browser()
    await desk.logIn('zhangsan')
    await phone.logIn('zhangsan')
    await world.browser().logIn('lisi')
    const { body } = await desk.get('/sessions').expect(200)
    expect(body).toHaveLength(2)
    for (const session of body) {
      expect(Object.keys(session).sort()).toEqual(['createdAt', 'current', 'id', 'ip', 'lastSeenAt', 'userAgent'])
      expect(desk.cookieHeader + phone.cookieHeader).not.toContain(session.id)
    }
    expect(body.filter((session: { current: boolean }) => session.current)).toHaveLength(1)
  })

  it('are ended one by one, at once and in every process', async () => {
    await using world = await createWorld()
    const desk = world.browser()
    const phone = (await world.anotherServer()).browser()
    await desk.logIn()
    await phone.logIn()
    const { body } = await desk.get('/sessions').expect(200)
    const other = body.find((session: { current: boolean }) => !session.current)
    await desk.delete(`/sessions/${other.id}`).expect(204)
    await phone.get('/me').expect(401)
    await desk.get('/me').expect(200)
  })

  it('cannot be ended by somebody else', async () => {
    await using world = await createWorld()
    const zhangsan = world.browser()
    const lisi = world.browser()
    await zhangsan.logIn('zhangsan')
    await lisi.logIn('lisi')
    const { body } = await zhangsan.get('/sessions').expect(200)
    for (const id of [body[0].id, 'nonsense', '%00', '..%2fme']) {
      const refused = await lisi.delete(`/sessions/${id}`).expect(404)
      expect(refused.body.error).toBe('not_found')
    }
    expect((await lisi.delete('/sessions/%zz').expect(400)).body.error).toBe('bad_request')
    await zhangsan.get('/me').expect(200)
  })

  it('end all but the current one with DELETE /sessions', async () => {
    await using world = await createWorld()
    const [desk, phone, tablet, lisi] = [world.browser(), world.browser(), world.browser(), world.browser()]
    for (const browser of [desk, phone, tablet]) await browser.logIn('zhangsan')
    await lisi.logIn('lisi')
    await desk.delete('/sessions').expect(204)
    await desk.get('/me').expect(200)
    await phone.get('/me').expect(401)
    await tablet.get('/me').expect(401)
    await lisi.get('/me').expect(200)
  })

  it('are nobody without a session', async () => {
    await using world = await createWorld()
    for (const [method, path] of [
      ['get', '/sessions'],
      ['delete', '/sessions'],
      ['delete', '/sessions/x'],
    ] as const) {
      const { body } = await world.browser().send(method, path).set('Origin', 'http://front.test').expect(401)
      expect(body.error).toBe('unauthenticated')
    }
  })
})
