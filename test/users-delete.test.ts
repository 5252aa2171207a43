import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { SqlSessionRows } from '../src/adapters/database/session-rows.js'
import { makePerson } from '../src/emulator/emulator.js'
import { runCompiled } from './support/command.js'
import { createWorld, type World } from './support/world.js'

async function users(world: World, ...args: string[]) {
  await using command = runCompiled('users', { env: { DATABASE_URL: world.settings.DATABASE_URL ?? '' }, args })
  const exitCode = await command.ended()
  return { exitCode, output: command.output }
}

async function logIn(world: World, person: string) {
  const browser = world.browser()
  await browser.logIn(person)
  return { browser, me: (await browser.get('/me').expect(200)).body }
}

/** Whatever a table holds, as text. */
async function everything(world: World): Promise<string> {
  const tables = [
    'User',
    'Session',
    'WorkEmail',
    'PromisedHandle',
    'Administrator',
    'OpenidRecord',
    'FormerName',
    'Group',
  ]
  const rows = await Promise.all(tables.map((table) => world.sql(`SELECT * FROM "${table}"`)))
  return JSON.stringify(rows)
}

describe('users delete', { timeout: 60_000 }, () => {
  it('takes somebody out with all that is theirs, signs them out, and leaves nothing to read', async () => {
    await using world = await createWorld({ DINGTALK_PROFILE: 'directory' })
    const { browser, me } = await logIn(world, 'zhangsan')
    const other = await logIn(world, 'lisi')
    await users(world, 'make-admin', me.id)
    const { userId } = world.dingtalk.person('zhangsan')
    expect(await everything(world)).toContain('zhangsan@corp.example')

    const deleted = await users(world, 'delete', '张三', '--yes')
    expect(deleted).toMatchObject({ exitCode: 0, output: expect.stringContaining('sessions ended: 1') })
    await browser.get('/me').expect(401)
    await other.browser.get('/me').expect(200)
    const left = await everything(world)
    for (const text of [me.id, me.username, me.handle, me.unionId, userId, 'zhangsan@corp.example']) {
      expect(left).not.toContain(text)
    }
    // The end writes what of the trail still waits.
    await world.close()
    const records = await world.sql(`SELECT event, ip FROM "AuditRecord" WHERE "userId" = '${me.id}' ORDER BY id`)
    expect(records.map(({ event }) => event)).toEqual(expect.arrayContaining(['login_succeeded', 'account_deleted']))
    expect(records.some(({ ip }) => ip !== null)).toBe(true)
  })

  it('gives the username, the handle and the mailbox to nobody else, whoever asks', async () => {
    await using world = await createWorld({ DINGTALK_PROFILE: 'directory' })
    const { me } = await logIn(world, 'zhangsan')
    await users(world, 'delete', me.id, '--yes')

    world.dingtalk.addPerson(
      makePerson({ id: 'namesake', nick: '张三', name: '张三', orgEmail: 'zhangsan@corp.example' }),
    )
    const { me: namesake } = await logIn(world, 'namesake')
    expect(namesake.username).toBe('张三-2')
    expect(namesake.handle).not.toBe(me.handle)
    expect(await world.sql('SELECT address FROM "WorkEmail"')).toEqual([])
    // By their nick, by an operator, by the person themselves.
    world.dingtalk.addPerson(makePerson({ id: 'sly', nick: me.handle }))
    expect((await logIn(world, 'sly')).me.username).toBe(`${me.handle}-2`)
    const promised = await users(world, 'set-handle', 'somebody', me.handle)
    expect(promised).toMatchObject({ exitCode: 1, output: expect.stringContaining('was somebody') })
    const { me: again } = await logIn(world, 'zhangsan')
    expect(again.id).not.toBe(me.id)
    expect(again.username).toBe('张三-3')
  })

  it('keeps out who was disabled, until they are enabled', async () => {
    await using world = await createWorld()
    const { me } = await logIn(world, 'zhangsan')
    await users(world, 'disable', me.id)
    const deleted = await users(world, 'delete', me.id, '--yes')
    expect(deleted.output).toContain('stay out')
    expect(await everything(world)).not.toContain(me.unionId)
    const browser = world.browser()
    const refused = await browser.get(await browser.scan('zhangsan')).expect(403)
    expect(refused.body.error).toBe('account_disabled')
    expect(await world.count('User')).toBe(0)
    expect((await users(world, 'enable', me.unionId)).exitCode).toBe(0)
    expect((await logIn(world, 'zhangsan')).me.id).not.toBe(me.id)
  })

  it('makes no row of who is kept out, not even for a moment', async () => {
    await using world = await createWorld()
    const { me } = await logIn(world, 'zhangsan')
    await users(world, 'disable', me.id)
    await users(world, 'delete', me.id, '--yes')
    // Their names are nobody's any more: under another one only their unionid can keep them out.
    world.dingtalk.changePerson('zhangsan', { nick: '另一个名字' })
    // A row that could not be taken back would let them in.
    await world.database.forbid('DELETE', 'User')
    const browser = world.browser()
    const refused = await browser.get(await browser.scan('zhangsan')).expect(403)
    expect(refused.body.error).toBe('account_disabled')
    expect(await world.count('User')).toBe(0)
  })

  it('takes addresses, devices and details out of the trail where that is wanted', async () => {
    await using world = await createWorld()
    const { me } = await logIn(world, 'zhangsan')
    const other = await logIn(world, 'lisi')
    await users(world, 'disable', me.id)
    await users(world, 'enable', me.id)
    await logIn(world, 'zhangsan')
    await world.close()
    expect((await users(world, 'delete', me.id, '--yes', '--with-trail')).exitCode).toBe(0)
    const records = await world.sql(
      `SELECT "userId", event, ip, "userAgent", details FROM "AuditRecord" WHERE "userId" IS NOT NULL`,
    )
    const theirs = records.filter(({ userId }) => userId === me.id)
    expect(theirs.length).toBeGreaterThan(4)
    for (const { event, ip, userAgent, details } of theirs) {
      expect([ip, userAgent]).toEqual([null, null])
      if (event !== 'account_deleted') expect(details).toBe(null)
    }
    expect(records.some(({ userId, ip }) => userId === other.me.id && ip !== null)).toBe(true)
  })

  it('asks first, and where nobody can be asked does nothing', async () => {
    await using world = await createWorld()
    const { browser } = await logIn(world, 'zhangsan')
    const asked = await users(world, 'delete', '张三')
    expect(asked).toMatchObject({ exitCode: 2, output: expect.stringContaining('--yes') })
    await browser.get('/me').expect(200)
    expect((await users(world, 'delete', 'nobody', '--yes')).exitCode).toBe(1)
  })

  it('takes them out of groups, and names the group that is for them alone', async () => {
    await using world = await createWorld({ DINGTALK_PROFILE: 'directory' })
    const { me } = await logIn(world, 'zhangsan')
    const { userId } = world.dingtalk.person('zhangsan')
    for (const [name, rules] of [
      ['both', ['--userid', userId, 'other']],
      ['alone', ['--userid', userId]],
    ] as const) {
      const env = { DATABASE_URL: world.settings.DATABASE_URL ?? '' }
      await using command = runCompiled('groups', { env, args: ['add', name, ...rules] })
      expect(await command.ended(), command.output).toBe(0)
    }
    const { output } = await users(world, 'delete', me.id, '--yes')
    expect(output).toContain('taken out of the groups both')
    expect(output).toMatch(/still named by groups that are for nobody else: alone/)
    const [both] = await world.sql(`SELECT rules FROM "Group" WHERE name = 'both'`)
    expect(both?.rules).not.toContain(userId)
  })

  it('that comes between a login’s row and its session refuses the login, and leaves none', async () => {
    await using world = await createWorld()
    const { me } = await logIn(world, 'zhangsan')
    await users(world, 'delete', me.id, '--yes')
    const database = await openDatabase(world.database.url)
    const now = new Date()
    const times = { createdAt: now, expiresAt: now, ip: '', userAgent: '', secretLabel: '' }
    const session = { id: randomUUID(), idHash: randomUUID(), userId: me.id, ...times }
    await expect(new SqlSessionRows(database).insert(session)).rejects.toMatchObject({ code: 'attempt_missing' })
    await database.close()
    expect(await world.count('Session')).toBe(0)
  })
})
