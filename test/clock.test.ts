import { describe, expect, it } from 'vitest'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { DAY, HOUR, MINUTE, SECOND } from '../src/time.js'
import { asked } from './support/journal.js'
import { sessionsOf } from './support/sessions.js'
import { createWorld, type World } from './support/world.js'

const YEAR = 365 * DAY

/** Lets time pass for the server and for DingTalk. */
function pass(world: World, ms: number): void {
  world.pass(ms)
  world.dingtalk.moveClock(ms)
}

async function lastSeenAt(world: World): Promise<number> {
  const [row] = await world.sql('SELECT "lastSeenAt" FROM "Session"')
  return Date.parse(`${String(row?.lastSeenAt).slice(0, 23).replace(' ', 'T')}Z`)
}

describe('a session', () => {
  it('goes on when the clock goes an hour forward and back', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    for (const jump of [HOUR, -HOUR]) {
      world.pass(jump)
      await browser.get('/me').expect(200)
      await browser.get('/verify').expect(204)
    }
  })

  it('goes on when the clock goes an hour back, and its idle time begins with the next request', async () => {
    await using world = await createWorld({ SESSION_IDLE_TIMEOUT: '2h' })
    const browser = world.browser()
    await browser.logIn()
    const before = await lastSeenAt(world)
    world.pass(-HOUR)
    await browser.get('/me').expect(200)
    expect(before - (await lastSeenAt(world))).toBeGreaterThan(HOUR - MINUTE)
    expect((await browser.get('/sessions').expect(200)).body).toHaveLength(1)
    world.pass(2 * HOUR + 1000)
    await browser.get('/me').expect(401)
  })

  it('is over when the clock goes a day or a year back, and a new login gets in', async () => {
    for (const jump of [-DAY, -YEAR]) {
      await using world = await createWorld()
      const browser = world.browser()
      await browser.logIn()
      pass(world, jump)
      await browser.get('/me').expect(401)
      await browser.get('/verify').expect(401)
      await browser.logIn()
      await browser.get('/me').expect(200)
      expect((await browser.get('/sessions').expect(200)).body).toHaveLength(1)
    }
  })

  it('is over when the clock goes a year forward, and a new login gets in', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    pass(world, YEAR)
    await browser.get('/me').expect(401)
    await browser.logIn()
    await browser.get('/me').expect(200)
  })

  it('ends with the mistake when it began with the clock a year ahead, and does not come back in a year', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    pass(world, YEAR)
    await browser.logIn()
    pass(world, -YEAR)
    await browser.get('/me').expect(401)

    const database = await openDatabase(world.database.url)
    const sessions = sessionsOf(database, { idleTimeoutMs: 8 * HOUR, maxAgeMs: 7 * DAY })
    expect(await sessions.removeOver()).toBe(1)
    await database.close()
    pass(world, YEAR)
    await browser.get('/me').expect(401)
  })
})

describe('a login', () => {
  it.each([HOUR, -HOUR, -DAY, YEAR])('has to begin again when the clock jumps by %i ms on the way', async (jump) => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    world.dingtalk.clearJournal()
    pass(world, jump)
    const answer = await browser.get(callback).expect(400)
    expect(answer.body.error).toBe('attempt_expired')
    expect(world.dingtalk.journal()).toEqual([])
    await browser.logIn()
  })

  it('goes on when the clock is corrected by less than its time on the way', async () => {
    await using world = await createWorld()
    for (const jump of [5 * MINUTE, -5 * MINUTE]) {
      const browser = world.browser()
      const callback = await browser.scan()
      world.pass(jump)
      world.dingtalk.moveClock(jump - 1000)
      await browser.get(callback).expect(302)
    }
  })

  it('gets nobody in while the clock differs from DingTalk’s, names the clock, and gets in when it is right again', async () => {
    await using world = await createWorld()
    for (const jump of [HOUR, -HOUR, -DAY, YEAR]) {
      world.pass(jump)
      const browser = world.browser()
      const answer = await browser.get(await browser.scan()).expect(502)
      expect(answer.body.error).toBe('dingtalk_misconfigured')
      const line = world.log.findLast(({ event }) => event === 'login_refused')
      expect(line?.setting).toMatch(/clock/)
      world.pass(-jump)
      await world.browser().logIn()
    }
  })

  it.each([
    ['the server’s clock goes back', { server: -HOUR, dingtalk: 2 * HOUR }],
    ['DingTalk’s token is older than we think', { server: 0, dingtalk: 2 * HOUR }],
    ['the server’s clock goes a year forward', { server: YEAR, dingtalk: 0 }],
  ])('gets in although %s, with the token for the directory asked for once more', async (_, by) => {
    // The newer flow signs no time: DingTalk does not say that the clocks differ.
    await using world = await createWorld({ DINGTALK_FLOW: 'oauth2' })
    await world.browser().logIn()
    world.pass(by.server)
    world.dingtalk.moveClock(by.dingtalk)
    await world.browser().logIn()
    await world.browser().logIn()
    expect(asked(world, 'gettoken')).toBe(2)
  })
})

describe('the lookup of a session’s person', () => {
  it('is not switched off by a clock that is put back', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '2h', SESSION_IDLE_TIMEOUT: '7d' })
    const browser = world.browser()
    await browser.logIn()
    world.dingtalk.clearJournal()
    world.pass(-DAY)
    await browser.get('/me').expect(200)
    expect(asked(world, 'getbyunionid')).toBe(1)
    await browser.get('/me').expect(200)
    expect(asked(world, 'getbyunionid')).toBe(1)

    world.pass(-DAY)
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    await browser.get('/me').expect(401)
  })

  it('takes a few seconds of difference between two servers for none', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '2h' })
    const browser = world.browser()
    await browser.logIn()
    world.dingtalk.clearJournal()
    world.pass(-30 * SECOND)
    await browser.get('/me').expect(200)
    expect(world.dingtalk.journal()).toEqual([])
  })

  it('is put off for no more than a minute, whatever the clock does', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '1h', SESSION_IDLE_TIMEOUT: '7d' })
    const browser = world.browser()
    await browser.logIn()
    world.dingtalk.clearJournal()
    world.pass(2 * HOUR)
    world.dingtalk.failNext('getbyunionid', 'reset')
    await browser.get('/me').expect(200)
    world.pass(-DAY)
    await browser.get('/me').expect(200)
    expect(asked(world, 'getbyunionid')).toBe(2)
  })
})
