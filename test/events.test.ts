import { describe, expect, it } from 'vitest'
import { DEPARTMENT, makePerson, RESEND_AFTER_MS, ROLE } from '../src/emulator/emulator.js'
import type { DirectoryProfile } from '../src/services/directory.js'
import { HOUR, MINUTE } from '../src/time.js'
import { addApplication } from './support/applications.js'
import { runCompiled } from './support/command.js'
import { asked } from './support/journal.js'
import { LogoutListener } from './support/logout-listener.js'
import { sumOf } from './support/metrics.js'
import { RelyingParty } from './support/relying-party.js'
import { createWorld, type LogLine, type World } from './support/world.js'

const RESEARCH: readonly number[] = [DEPARTMENT.research, DEPARTMENT.platform, DEPARTMENT.interfaces]
const STREAM = { DINGTALK_EVENTS: 'stream' }
const READING = { ...STREAM, DINGTALK_PROFILE: 'directory' }

/** Once so many servers listen. */
async function connected({ dingtalk }: World, connections = 1): Promise<void> {
  while (dingtalk.stream.connections < connections) await dingtalk.stream.next('opened')
}

async function watched(settings: Record<string, string> = STREAM): Promise<World> {
  const world = await createWorld(settings)
  await connected(world)
  await logged(world, 'asked who left meanwhile')
  return world
}

/** The line with this text, the nth of its kind; it may be there already. */
async function logged(world: World, text: string, nth = 1): Promise<LogLine> {
  for (;;) {
    const found = world.log.filter(({ msg }) => String(msg).includes(text))[nth - 1]
    if (found) return found
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Lets something happen, and waits until its event has been done. */
async function done({ dingtalk }: World, happen: () => void): Promise<void> {
  const acknowledged = dingtalk.stream.next('acknowledged')
  happen()
  await acknowledged
}

const leave = (world: World, person = 'zhangsan') => world.dingtalk.changePerson(person, { membership: 'left' })

describe('a leaver', () => {
  it('is out of /me, /verify and an application in each of two processes by one event', async () => {
    await using world = await watched()
    const other = await world.anotherServer()
    await connected(world, 2)
    await using listener = await LogoutListener.start()
    await addApplication(world, { backchannelLogoutUri: listener.uri, refreshTokens: true })
    const browser = world.browser()
    const elsewhere = other.browser()
    const colleague = other.browser()
    await browser.logIn()
    await elsewhere.logIn()
    await colleague.logIn('lisi')
    const party = new RelyingParty(world)
    const { accessToken, refreshToken } = await party.enter(browser, { scope: 'openid offline_access' })
    expect((await party.userinfo(accessToken)).status).toBe(200)

    const begun = performance.now()
    await done(world, () => leave(world))
    for (const one of [browser, elsewhere]) {
      await one.get('/verify').expect(401)
      await one.get('/me').expect(401)
    }
    expect((await party.userinfo(accessToken)).status).toBe(401)
    expect((await party.refresh(refreshToken)).status).toBe(400)
    await listener.told(1)
    expect(performance.now() - begun).toBeLessThan(5000)
    await colleague.get('/me').expect(200)
    expect(world.log).toContainEqual(expect.objectContaining({ event: 'session_ended', reason: 'left' }))
  })

  it('who is inside all the same stays: a lying event ends nobody’s session', async () => {
    await using world = await watched()
    const browser = world.browser()
    await browser.logIn()
    const { userId } = world.dingtalk.person('zhangsan')
    await done(world, () => world.dingtalk.stream.publish('user_leave_org', { userId: [userId] }))
    await browser.get('/me').expect(200)
    expect(asked(world, 'getbyunionid')).toBe(2)
  })

  it('is named by a text alone where DingTalk does so', async () => {
    await using world = await watched()
    const browser = world.browser()
    await browser.logIn()
    world.dingtalk.stream.order('lose')
    leave(world)
    const { userId } = world.dingtalk.person('zhangsan')
    await done(world, () => world.dingtalk.stream.publish('user_leave_org', { userId }))
    await browser.get('/me').expect(401)
  })

  it('costs one lookup for an event that comes twice, and none where they have no session', async () => {
    await using world = await watched()
    await world.browser().logIn()
    world.dingtalk.clearJournal()
    world.dingtalk.stream.order('repeat')
    await done(world, () => leave(world))
    await logged(world, 'one came', 2)
    expect(asked(world, 'getbyunionid')).toBeLessThanOrEqual(2)
    world.dingtalk.clearJournal()
    await done(world, () => leave(world, 'lisi'))
    expect(asked(world, 'getbyunionid')).toBe(0)
  })
})

describe('an event while the directory is down', () => {
  it('is to come later, and is done then', async () => {
    await using world = await watched()
    const browser = world.browser()
    await browser.logIn()
    world.dingtalk.failNext('getbyunionid', { errcode: -1 })
    const postponed = world.dingtalk.stream.next('postponed')
    leave(world)
    await postponed
    await browser.get('/me').expect(200)
    await done(world, () => world.dingtalk.moveClock(RESEND_AFTER_MS))
    await browser.get('/me').expect(401)
    const outcomes = world.log.filter(({ msg }) => String(msg).includes('one came')).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['later', 'done'])
  })
})

describe('whoever left while nobody listened', () => {
  it('is found at the next connection', async () => {
    await using world = await watched()
    const browser = world.browser()
    await browser.logIn()
    world.dingtalk.stream.order('lose')
    leave(world)
    await browser.get('/me').expect(200)
    world.dingtalk.stream.drop()
    const { since, leavers } = await logged(world, 'asked who left meanwhile', 2)
    expect(leavers).toBe(1)
    expect(Date.now() - Date.parse(String(since))).toBeLessThan(7 * MINUTE)
    while ((await browser.get('/me')).status === 200);
  })

  it('is found at the first connection of a process, as far back as no recheck looks', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '2h' })
    const browser = world.browser()
    await browser.logIn()
    leave(world)
    await world.anotherServer(STREAM)
    const { since, leavers } = await logged(world, 'asked who left meanwhile')
    expect(leavers).toBe(1)
    expect(Math.abs(Date.now() - 2 * HOUR - Date.parse(String(since)))).toBeLessThan(MINUTE)
    while ((await browser.get('/me')).status === 200);
  })

  it.each([
    [{ MEMBERSHIP_RECHECK: '0', SESSION_MAX_AGE: '3d' }, 72 * HOUR],
    [{ MEMBERSHIP_RECHECK: '30d', SESSION_MAX_AGE: '3d' }, 72 * HOUR],
  ])('is asked for as far back as sessions go with %j', async (settings, expected) => {
    await using world = await watched({ ...STREAM, ...settings })
    const { since } = await logged(world, 'asked who left meanwhile')
    expect(Math.abs(Date.now() - expected - Date.parse(String(since)))).toBeLessThan(MINUTE)
  })

  it('is asked for page by page', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    for (let n = 0; n < 120; n++) {
      world.dingtalk.addPerson(makePerson({ id: `p${n}`, nick: `p${n}` }))
      leave(world, `p${n}`)
    }
    leave(world)
    await world.anotherServer(STREAM)
    expect(await logged(world, 'asked who left meanwhile')).toMatchObject({ leavers: 121 })
    expect(asked(world, 'empLeaveRecords')).toBe(3)
    while ((await browser.get('/me')).status === 200);
  })

  it('is asked for once, with one warning, where the application may not know', async () => {
    await using world = await createWorld()
    world.dingtalk.permissions.switch('Contact.Common.Read', false)
    await world.anotherServer(STREAM)
    const line = await logged(world, 'nobody knows who left')
    expect(line).toMatchObject({ level: 40, call: 'empLeaveRecords', code: 'dingtalk_misconfigured' })
    const browser = world.browser()
    await browser.logIn()
    await done(world, () => leave(world))
    await browser.get('/me').expect(401)
    expect(asked(world, 'empLeaveRecords')).toBe(1)
  })
})

describe('a flood of events', () => {
  it('asks for few of those who are inside, and for nobody else; a leaver and a login do not wait for it', async () => {
    await using world = await watched(READING)
    const { dingtalk } = world
    const browsers = [world.browser(), world.browser()] as const
    await browsers[0].logIn('zhangsan')
    await browsers[1].logIn('lisi')
    dingtalk.clearJournal()
    const begun = performance.now()
    const { userId } = dingtalk.person('lisi')
    for (let n = 0; n < 5000; n++)
      dingtalk.stream.publish('user_modify_org', { userId: [n % 5 === 0 ? userId : `nobody-${n}`] })
    leave(world)
    await world.browser().logIn('zhangwei1')
    while ((await browsers[0].get('/me')).status !== 401) await new Promise((resolve) => setImmediate(resolve))
    const seconds = (performance.now() - begun) / 1000
    // One login, one leaver, and a burst of lookups with five a second behind it.
    expect(asked(world, 'getbyunionid')).toBeLessThanOrEqual(2 + 5 + 5 * Math.ceil(seconds))
    await browsers[1].get('/me').expect(200)
  }, 60_000)
})

describe('a change of the organisation', () => {
  /** What the database has of somebody's profile. */
  async function profileOf(world: World, person: string): Promise<DirectoryProfile> {
    const { unionId } = world.dingtalk.person(person)
    const [row] = await world.sql(`SELECT "profile" FROM "User" WHERE "unionId" = '${unionId}'`)
    return JSON.parse(String(row?.profile))
  }

  it('is read of the people who are in the department, or below it, and are signed in', async () => {
    await using world = await watched(READING)
    for (const person of ['zhangsan', 'lisi', 'zhangwei1', 'zhangwei2']) await world.browser().logIn(person)
    world.dingtalk.clearJournal()
    await done(world, () => world.dingtalk.departments.change(DEPARTMENT.research, { name: '研究院' }))
    const { departments } = await profileOf(world, 'zhangsan')
    expect(departments).toMatchObject([{ id: DEPARTMENT.research, name: '研究院' }])
    const below = ['zhangsan', 'lisi', 'zhangwei1'].map((person) => world.dingtalk.person(person))
    const isBelow = below.filter(({ departments }) => departments.some((id) => RESEARCH.includes(id)))
    expect(asked(world, 'getbyunionid')).toBe(isBelow.length)
  })

  it('is read of the people who got or lost a role, or have one that is another now', async () => {
    await using world = await watched(READING)
    await world.browser().logIn('zhangwei2')
    await done(world, () => world.dingtalk.changePerson('zhangwei2', { roles: [ROLE.seller, ROLE.lead] }))
    expect((await profileOf(world, 'zhangwei2')).roles.map(({ id }) => id)).toContain(ROLE.lead)
    await done(world, () => world.dingtalk.roles.rename(ROLE.seller, '金牌销售'))
    expect((await profileOf(world, 'zhangwei2')).roles).toContainEqual({ id: ROLE.seller, name: '金牌销售' })
  })

  it('is read of the person whom it concerns', async () => {
    await using world = await watched(READING)
    await world.browser().logIn('lisi')
    await done(world, () => world.dingtalk.changePerson('lisi', { title: '架构师' }))
    expect(await profileOf(world, 'lisi')).toMatchObject({ title: '架构师' })
  })

  it('asks for nobody where profiles are not read', async () => {
    await using world = await watched()
    await world.browser().logIn()
    world.dingtalk.clearJournal()
    await done(world, () => world.dingtalk.departments.change(DEPARTMENT.research, { name: '研究院' }))
    expect(world.dingtalk.journal()).toEqual([])
  })
})

describe('the metrics', () => {
  it('say whether there is a connection, how often it was renewed, and what came', async () => {
    await using world = await watched({ ...STREAM, METRICS_PORT: '0' })
    expect(await sumOf(world, 'events_connected')).toBe(1)
    expect(await sumOf(world, 'directory_events_total')).toBe(0)
    await done(world, () => leave(world))
    await done(world, () => world.dingtalk.stream.publish('chat_update_title', { x: 1 }))
    await done(world, () => world.dingtalk.stream.publish('user_leave_org', { userId: {} }))
    const outcome = (type: string, outcome: string) => sumOf(world, 'directory_events_total', { type, outcome })
    expect(await outcome('user_leave_org', 'done')).toBe(1)
    expect(await outcome('user_leave_org', 'unreadable')).toBe(1)
    expect(await outcome('other', 'ignored')).toBe(1)
    expect(await sumOf(world, 'events_reconnections_total')).toBe(0)
    world.dingtalk.stream.drop()
    await logged(world, 'disconnected')
    expect(await sumOf(world, 'events_connected')).toBe(0)
    await logged(world, ': connected', 2)
    expect(await sumOf(world, 'events_connected')).toBe(1)
    expect(await sumOf(world, 'events_reconnections_total')).toBe(1)
  })
})

describe('the log', () => {
  it('has neither the ticket, nor the secret, nor what an event holds', async () => {
    await using world = await watched()
    await world.browser().logIn()
    await done(world, () => world.dingtalk.changePerson('zhangsan', { title: '架构师', mobile: '13800000009' }))
    const text = JSON.stringify(world.log)
    for (const word of ['ticket', 'emulator-secret', '架构师', '13800000009', '张三']) expect(text).not.toContain(word)
  })
})

describe('DINGTALK_EVENTS', () => {
  it.each([
    ['unset', {}, 'no'],
    ['set', STREAM, 'yes'],
  ])('decides when %s whether ws is loaded at all', async (_is, settings, loaded) => {
    await using world = await createWorld()
    world.dingtalk.clearJournal()
    const tell = `import { createRequire } from 'node:module'
      process.once('exit', () => {
        const files = Object.keys(createRequire('file:///').cache)
        console.log('loaded:', files.length > 0, files.some((file) => /[\\\\/]ws[\\\\/]/.test(file)) ? 'yes' : 'no')
      })`
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(tell)}`
    await using server = runCompiled('start', { env: { ...world.settings, ...settings, NODE_OPTIONS } })
    await server.printed(/"listening"/)
    if (loaded === 'yes') await connected(world)
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(server.output).toContain(`loaded: true ${loaded}`)
    expect(asked(world, 'connections/open')).toBe(loaded === 'yes' ? 1 : 0)
    expect(world.dingtalk.stream.connections).toBe(0)
  })
})
