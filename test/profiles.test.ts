import { describe, expect, it } from 'vitest'
import { SqlDirectoryNameRows } from '../src/adapters/database/directory-name-rows.js'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { DEPARTMENT, makePerson, ROLE } from '../src/emulator/emulator.js'
import type { DirectoryProfile } from '../src/services/directory.js'
import { HOUR, MINUTE } from '../src/time.js'
import type { Browser } from './support/browser.js'
import { addGroup } from './support/groups.js'
import { asked } from './support/journal.js'
import { StatementRecorder } from './support/statements.js'
import { createWorld, type World } from './support/world.js'

const DIRECTORY = { DINGTALK_PROFILE: 'directory' }
const THROTTLED = { errcode: 90018 }

async function signedIn(world: Pick<World, 'browser'>, person: string): Promise<Browser> {
  const browser = world.browser()
  await browser.logIn(person)
  return browser
}

/** What is kept of a person, by their unionid. */
async function keptOf(world: World, person: string): Promise<{ profile: DirectoryProfile | null; readAt: unknown }> {
  const { unionId } = world.dingtalk.person(person)
  const [row] = await world.sql(`SELECT profile, "profileReadAt" FROM "User" WHERE "unionId" = '${unionId}'`)
  return { profile: row?.profile ? JSON.parse(String(row.profile)) : null, readAt: row?.profileReadAt ?? null }
}

/** Lets time pass for DingTalk too, so that it takes the server's signature. */
function passForBoth(world: World, ms: number): void {
  world.pass(ms)
  world.dingtalk.moveClock(ms)
}

describe('what is kept of the directory’s word', () => {
  it('is all that it says of a person, after the first login', async () => {
    await using world = await createWorld(DIRECTORY)
    await signedIn(world, 'lisi')
    const { profile, readAt } = await keptOf(world, 'lisi')
    expect(profile).toEqual({
      name: '李思远',
      orgEmail: 'lisiyuan@corp.example',
      title: '前端工程师',
      jobNumber: '0002',
      departments: [
        { id: DEPARTMENT.interfaces, name: '前端组', above: [DEPARTMENT.research, 1] },
        { id: DEPARTMENT.market, name: '市场部', above: [1] },
      ],
      roles: [{ id: ROLE.engineer, name: '工程师' }],
    })
    expect(readAt).not.toBeNull()
  })

  it('is nothing, and nothing is asked, with DINGTALK_PROFILE=none', async () => {
    await using world = await createWorld()
    await signedIn(world, 'lisi')
    expect(await keptOf(world, 'lisi')).toEqual({ profile: null, readAt: null })
    expect(asked(world, 'user/get') + asked(world, 'department/listparentbyuser')).toBe(0)
  })

  it('never has the address that was entered for a person', async () => {
    await using world = await createWorld(DIRECTORY)
    world.dingtalk.changePerson('zhangsan', { orgEmail: null })
    await signedIn(world, 'zhangsan')
    const { profile } = await keptOf(world, 'zhangsan')
    expect(profile?.orgEmail).toBeNull()
    expect(JSON.stringify(profile)).not.toContain('@')
    expect(await world.sql('SELECT * FROM "WorkEmail"')).toEqual([])
  })

  it('is that of the first login for two first logins of one person at a time, and the mailbox theirs', async () => {
    await using world = await createWorld(DIRECTORY)
    const other = await world.anotherServer()
    await Promise.all([world, other, world, other].map((server) => signedIn(server, 'zhangsan')))
    expect((await keptOf(world, 'zhangsan')).profile?.orgEmail).toBe('zhangsan@corp.example')
    const [user] = await world.sql('SELECT id FROM "User"')
    expect(await world.sql('SELECT "userId" FROM "WorkEmail"')).toEqual([{ userId: user?.id }])
  })
})

describe('what a later login asks of the database', () => {
  it('is two statements more: whose the mailbox is, and the profile', async () => {
    await using world = await createWorld(DIRECTORY)
    await signedIn(world, 'zhangsan')
    const browser = world.browser()
    const callback = await browser.scan('zhangsan')
    using recorder = new StatementRecorder()
    await browser.get(callback).expect(302)
    const brief = (statement: string) => /(\w+)\b.*?"(WorkEmail|User|Session)"/s.exec(statement)?.slice(1).join(' ')
    expect(recorder.take().map(brief)).toEqual(['UPDATE User', 'SELECT WorkEmail', 'UPDATE User', 'INSERT Session'])
  })
})

describe('a reading that fails', () => {
  it.each(['user/get', 'department/listparentbyuser'] as const)(
    'lets the person in with what was known, and is noted: %s',
    async (call) => {
      await using world = await createWorld(DIRECTORY)
      await signedIn(world, 'zhangsan')
      const before = await keptOf(world, 'zhangsan')
      world.dingtalk.changePerson('zhangsan', { title: '总监' })
      for (const fault of [THROTTLED, 'truncated', { errcode: 60121 }, { errcode: 60020 }] as const) {
        world.dingtalk.failNext(call, fault)
        await signedIn(world, 'zhangsan')
        expect(await keptOf(world, 'zhangsan')).toEqual(before)
        passForBoth(world, 2000)
      }
      const notes = world.log.filter(({ event }) => event === 'profile_unread')
      expect(notes.map(({ upstreamCode }) => upstreamCode)).toEqual(['90018', expect.any(String), '60121', '60020'])
      expect(notes[0]).toMatchObject({ level: 40, call, userid: world.dingtalk.person('zhangsan').userId })
    },
  )

  it('at a first login lets the person in without a profile, which the next request reads', async () => {
    await using world = await createWorld(DIRECTORY)
    world.dingtalk.failNext('user/get', { errcode: -1 })
    const browser = await signedIn(world, 'zhangsan')
    expect(await keptOf(world, 'zhangsan')).toEqual({ profile: null, readAt: null })
    await browser.get('/me').expect(200)
    expect((await keptOf(world, 'zhangsan')).profile?.name).toBe('张三')
  })

  it('is tried again a minute later, not with each request', async () => {
    await using world = await createWorld({ ...DIRECTORY, MEMBERSHIP_RECHECK: '1h' })
    const browser = await signedIn(world, 'zhangsan')
    world.pass(HOUR + MINUTE)
    world.dingtalk.changePerson('zhangsan', { title: '总监' })
    world.dingtalk.clearJournal()
    world.dingtalk.failNext('user/get', { errcode: -1 })
    for (let n = 0; n < 3; n++) await browser.get('/me').expect(200)
    expect(asked(world, 'user/get')).toBe(1)
    expect((await keptOf(world, 'zhangsan')).profile?.title).toBe('研发经理')
    world.pass(MINUTE + 1000)
    await browser.get('/me').expect(200)
    expect((await keptOf(world, 'zhangsan')).profile?.title).toBe('总监')
    world.dingtalk.clearJournal()
    await browser.get('/me').expect(200)
    expect(world.dingtalk.journal()).toEqual([])
  })
})

describe('somebody who was signed in before the directory was read', () => {
  it('may enter with the very request that reads it', async () => {
    await using world = await createWorld()
    const browser = await signedIn(world, 'zhangsan')
    const upgraded = await world.anotherServer(DIRECTORY)
    await addGroup(world, 'engineers', { roles: [ROLE.engineer] })
    const there = upgraded.browser()
    for (const [name, value] of browser.cookies) there.cookies.set(name, value)
    const { headers } = await there.get('/verify').expect(204)
    expect(headers).toMatchObject({
      'x-auth-request-groups': 'engineers',
      'x-auth-request-email': 'zhangsan@corp.example',
    })
  })

  it('is read with the next request, once, and goes on', async () => {
    await using world = await createWorld()
    const browser = await signedIn(world, 'zhangsan')
    const upgraded = await world.anotherServer(DIRECTORY)
    const there = upgraded.browser()
    for (const [name, value] of browser.cookies) there.cookies.set(name, value)
    const answers = await Promise.all(Array.from({ length: 5 }, () => there.get('/me')))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(asked(world, 'user/get')).toBe(1)
    expect((await keptOf(world, 'zhangsan')).profile?.name).toBe('张三')
  })
})

describe('a work e-mail', () => {
  it('that was a leaver’s is nobody’s after them, with a line in the log', async () => {
    await using world = await createWorld(DIRECTORY)
    await signedIn(world, 'zhangsan')
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    world.dingtalk.addPerson(makePerson({ id: 'heir', nick: '继任', orgEmail: 'Zhangsan@Corp.example' }))
    await signedIn(world, 'heir')
    const { profile } = await keptOf(world, 'heir')
    expect(profile).toMatchObject({ name: '继任', orgEmail: null })
    const [heir] = await world.sql(`SELECT id, handle FROM "User" WHERE username = '继任'`)
    expect(world.log.filter(({ event }) => event === 'work_email_of_another')).toEqual([
      expect.objectContaining({ level: 40, userId: heir?.id }),
    ])
    // Nor is the handle theirs.
    expect(heir?.handle).toBe('jiren')
  })

  it('stays its owner’s when they have another one in between', async () => {
    await using world = await createWorld(DIRECTORY)
    const emailAfter = async (orgEmail: string | null) => {
      world.dingtalk.changePerson('zhangsan', { orgEmail })
      await signedIn(world, 'zhangsan')
      return (await keptOf(world, 'zhangsan')).profile?.orgEmail
    }
    expect(await emailAfter('one@corp.example')).toBe('one@corp.example')
    expect(await emailAfter('two@corp.example')).toBe('two@corp.example')
    expect(await emailAfter(null)).toBeNull()
    expect(await emailAfter('ONE@corp.example')).toBe('one@corp.example')
  })

  it('of EMAIL_DOMAIN is nobody’s while that is made up for others, and the next start is refused', async () => {
    const EMAIL_DOMAIN = 'corp.example'
    await using world = await createWorld({ ...DIRECTORY, EMAIL_DOMAIN })
    await signedIn(world, 'zhangsan')
    await signedIn(world, 'lisi')
    expect((await keptOf(world, 'zhangsan')).profile?.orgEmail).toBeNull()
    const lines = world.log.filter(({ setting }) => setting === 'EMAIL_DOMAIN')
    expect(lines).toHaveLength(1)
    await expect(world.anotherServer()).rejects.toThrow(/^EMAIL_DOMAIN: .*corp\.example/)
    await expect(world.anotherServer({ DINGTALK_PROFILE: 'none' })).rejects.toThrow(/^EMAIL_DOMAIN: /)
    await world.anotherServer({ EMAIL_DOMAIN: 'noreply.corp.example' })
  })
})

describe('the names of departments and roles', () => {
  const namesIn = async (world: World) =>
    Object.fromEntries((await world.sql('SELECT id, name FROM "DirectoryName"')).map(({ id, name }) => [id, name]))

  it('are kept with their ids, and follow the directory', async () => {
    await using world = await createWorld(DIRECTORY)
    await signedIn(world, 'zhangsan')
    expect(await namesIn(world)).toEqual({
      [`department ${DEPARTMENT.research}`]: '研发部',
      [`role ${ROLE.lead}`]: '主管',
      [`role ${ROLE.engineer}`]: '工程师',
    })
    world.dingtalk.departments.change(DEPARTMENT.research, { name: '研究院' })
    world.dingtalk.roles.rename(ROLE.lead, '组长')
    passForBoth(world, 11 * MINUTE)
    await signedIn(world, 'zhangsan')
    expect(await namesIn(world)).toMatchObject({
      [`department ${DEPARTMENT.research}`]: '研究院',
      [`role ${ROLE.lead}`]: '组长',
    })
  })

  it('are found by their ids, where they are known', async () => {
    await using world = await createWorld(DIRECTORY)
    await signedIn(world, 'zhangsan')
    const database = await openDatabase(world.database.url)
    const many = Array.from({ length: 1200 }, (_, n) => `role ${n + 1}`)
    const names = await new SqlDirectoryNameRows(database).namesOf([...many, `role ${ROLE.lead}`])
    await database.close()
    expect(names).toEqual(new Map([[`role ${ROLE.lead}`, '主管']]))
  })

  it('are written when they are new or have changed, and need no statement else', async () => {
    await using world = await createWorld(DIRECTORY)
    using recorder = new StatementRecorder()
    const writes = () => recorder.take().filter((statement) => statement.includes('DirectoryName'))
    await Promise.all(Array.from({ length: 5 }, () => signedIn(world, 'zhangsan')))
    expect(writes().filter((statement) => /INSERT/.test(statement))).toHaveLength(3)
    await signedIn(world, 'zhangsan')
    expect(writes()).toEqual([])
    const other = await world.anotherServer()
    await signedIn(other, 'zhangsan')
    expect(writes().map((statement) => /^\s*\w+/.exec(statement)?.[0].trim())).toEqual(['SELECT'])
  })
})
