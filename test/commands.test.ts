import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command as Program } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../src/cli/program.js'
import { APP } from '../src/emulator/emulator.js'
import { Command, runCompiled } from './support/command.js'
import { CLIENT_SETTINGS } from './support/in-client.js'
import { createWorld, type World } from './support/world.js'

const PROJECT = fileURLToPath(new URL('../', import.meta.url))
const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8'))

async function users(
  world: World,
  ...args: string[]
): Promise<{ exitCode: number | string; output: string; printed: string }> {
  await using command = runCompiled('users', { env: { DATABASE_URL: world.settings.DATABASE_URL ?? '' }, args })
  const exitCode = await command.ended()
  const printed = command.output.split('\n').filter((line) => !line.startsWith('{"level"'))
  return { exitCode, output: command.output, printed: printed.join('\n') }
}

describe('npm run users', () => {
  it('gives a handle before the first login, and none after it', async () => {
    await using world = await createWorld()
    const { unionId } = world.dingtalk.person('zhangsan')
    expect((await users(world, 'set-handle', unionId)).exitCode).toBe(2)
    const given = await users(world, 'set-handle', unionId, 'san')
    expect(given.exitCode).toBe(0)
    expect(given.output).toContain(`"event":"handle_given","promisedTo":"${unionId}","handle":"san"`)
    expect(await world.sql(`SELECT "event" FROM "AuditRecord" WHERE "event" = 'handle_given'`)).toHaveLength(1)
    await world.browser().logIn('zhangsan')
    const again = await users(world, 'set-handle', unionId, 'san')
    expect(again.exitCode).toBe(0)
    expect(again.output).not.toContain('handle_given')
    expect(await users(world, 'set-handle', unionId, 'sanfeng')).toMatchObject({
      exitCode: 1,
      printed: expect.stringContaining('keeps it for life'),
    })
    const { printed } = await users(world, 'show', '张三')
    expect(printed).toMatch(/^handle +san$/m)
    expect(printed).toContain(world.dingtalk.person('zhangsan').userId)
  })

  it('lists everybody for people and for programs', async () => {
    await using world = await createWorld()
    for (const person of ['zhangsan', 'lisi', 'zhangwei1', 'zhangwei2']) await world.browser().logIn(person)
    const { exitCode, printed } = await users(world, 'list')
    expect(exitCode).toBe(0)
    expect(printed.split('\n')[0]).toMatch(
      /^USERNAME +HANDLE +NICK +ID +USERID +LAST LOGIN +SESSIONS +STATE +ADMINISTRATOR$/,
    )
    for (const username of ['张三', '李四', '张伟', '张伟-2']) expect(printed).toContain(username)

    const json = JSON.parse((await users(world, 'list', '--json')).printed)
    expect(json).toHaveLength(4)
    expect(json[0]).toMatchObject({
      username: expect.any(String),
      unionId: expect.any(String),
      sessions: 1,
      disabledAt: null,
    })
    expect(JSON.stringify(json)).not.toContain('idHash')
  })

  it('shows one person, by username, id or unionid', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const { id, username, unionId } = (await browser.get('/me')).body
    for (const name of [id, username, unionId]) {
      const { user, sessions } = JSON.parse((await users(world, 'show', name, '--json')).printed)
      expect(user).toMatchObject({ id, username, unionId })
      expect(sessions).toEqual([expect.objectContaining({ ip: '127.0.0.1' })])
    }
    expect((await users(world, 'show', username)).printed).toContain('enabled')
  })

  it('disables a person at once, and lets them in again', async () => {
    await using world = await createWorld()
    const [desk, phone, other] = [world.browser(), world.browser(), world.browser()]
    await desk.logIn('zhangsan')
    await phone.logIn('zhangsan')
    await other.logIn('lisi')

    const disabled = await users(world, 'disable', '张三')
    expect(disabled).toMatchObject({ exitCode: 0, printed: expect.stringContaining('sessions ended: 2') })
    expect(disabled.output).toMatch(/"event":"account_disabled"/)
    expect(disabled.output.match(/"event":"session_ended"/g)).toHaveLength(2)
    await desk.get('/me').expect(401)
    await phone.get('/verify').expect(401)
    await other.get('/me').expect(200)
    const refused = await desk.get(await desk.scan('zhangsan')).expect(403)
    expect(refused.body.error).toBe('account_disabled')

    expect((await users(world, 'enable', '张三')).exitCode).toBe(0)
    await desk.get('/me').expect(401)
    await desk.logIn('zhangsan')
    await desk.get('/me').expect(200)
  })

  it('enables nobody’s session of a login that had read their row just before they were disabled', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn('zhangsan')
    await world.sql(`UPDATE "User" SET "disabledAt" = "lastLoginAt"`)
    await browser.get('/me').expect(401)
    expect((await users(world, 'enable', '张三')).exitCode).toBe(0)
    await browser.get('/me').expect(401)
    expect(await world.count('Session')).toBe(0)
  })

  it('logs a person out everywhere', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    expect(JSON.parse((await users(world, 'end-sessions', '张三', '--json')).printed)).toMatchObject({
      sessionsEnded: 1,
    })
    await browser.get('/me').expect(401)
    await browser.logIn()
  })

  it('makes an administrator, and takes the right away: with a record of the trail for each', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn('zhangsan')
    expect((await browser.get('/admin')).status).toBe(404)
    expect((await users(world, 'make-admin', '张三')).exitCode).toBe(0)
    await browser.get('/admin').expect(302)
    expect((await users(world, 'unmake-admin', '张三')).exitCode).toBe(0)
    await browser.get('/admin').expect(404)
    expect((await users(world, 'unmake-admin', '张三')).exitCode).toBe(1)
    const records = await world.sql(
      `SELECT "event" FROM "AuditRecord" WHERE "event" LIKE 'administrator_%' ORDER BY "id"`,
    )
    expect(records.map(({ event }) => event)).toEqual(['administrator_made', 'administrator_unmade'])
  })

  it('takes nobody where a name fits several people', async () => {
    await using world = await createWorld()
    await world.browser().logIn('zhangsan')
    world.dingtalk.changePerson('lisi', { nick: world.dingtalk.person('zhangsan').unionId })
    await world.browser().logIn('lisi')
    const { exitCode, output } = await users(world, 'disable', world.dingtalk.person('zhangsan').unionId)
    expect(exitCode).toBe(1)
    expect(output).toContain('several people')
    expect(await world.sql('SELECT id FROM "User" WHERE "disabledAt" IS NOT NULL')).toEqual([])
  })

  it('reaches a person by their id, whoever calls themselves by it', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn('zhangsan')
    const { body: me } = await browser.get('/me').expect(200)
    world.dingtalk.changePerson('lisi', { nick: me.id })
    await world.browser().logIn('lisi')
    expect(await users(world, 'disable', me.id)).toMatchObject({ exitCode: 0 })
    await browser.get('/me').expect(401)
  })

  it('says what was wrong by its exit code', async () => {
    await using world = await createWorld()
    expect(await users(world, 'show', 'nobody')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('Nobody'),
    })
    for (const args of [['show'], ['fly', 'x'], ['list', '--yaml']]) {
      expect(await users(world, ...args)).toMatchObject({ exitCode: 2, output: expect.stringContaining('Usage:') })
    }
  })

  it('makes no database where there is none', async () => {
    await using command = runCompiled('users', {
      env: { DATABASE_URL: 'file:./no-such-folder/x.db' },
      args: ['list'],
      cwd: tmpdir(),
    })
    expect(await command.ended()).toBe(1)
    expect(command.output).toContain('There is no database')
  })
})

describe('npm run check-config', () => {
  async function check(settings: Record<string, string>, ...args: string[]) {
    return checkIn(tmpdir(), settings, ...args)
  }

  /** As `npm run check-config` runs it, but in this folder. */
  async function checkIn(cwd: string, env: Record<string, string>, ...args: string[]) {
    const words: string[] = scripts['check-config'].split(' ').slice(1)
    const start = words.map((word) => (word.startsWith('dist/') ? path.join(PROJECT, word) : word))
    await using command = new Command(process.execPath, { env, args: [...start, ...args], cwd })
    return { exitCode: await command.ended(), output: command.output }
  }

  it('lists all faults at once, by name', async () => {
    const { exitCode, output } = await check({ PORT: '-1', TRUST_PROXY: 'true', SESSION_SECRETS: 'short-secret' })
    expect(exitCode).toBe(1)
    for (const name of ['PORT', 'TRUST_PROXY', 'SESSION_SECRETS', 'DINGTALK_APP_ID', 'DINGTALK_APP_SECRET']) {
      expect(output).toContain(`  ${name}: `)
    }
    expect(output).not.toContain('short-secret')
  })

  it.each([
    ['qrconnect', /qyapi_get_member/],
    ['oauth2', /Contact\.User\.Read.*qyapi_get_member/s],
  ])('prints what DingTalk’s console needs to know for %s, and no secret', async (DINGTALK_FLOW, permissions) => {
    await using world = await createWorld({ DINGTALK_FLOW, PUBLIC_URL: 'https://login.example.test' })
    const { exitCode, output } = await check(world.settings)
    expect(exitCode).toBe(0)
    expect(output).toContain('https://login.example.test/callback')
    expect(output).toMatch(/回调域名\): login\.example\.test\n/)
    expect(output).toMatch(permissions)
    expect(output).not.toMatch(/emulator-secret|a-secret-for-tests/)
    expect(world.dingtalk.journal()).toEqual([])
  })

  it('asks with --online whether the corpId is that of the application’s organisation', async () => {
    await using world = await createWorld({ DINGTALK_FLOW: 'oauth2', DINGTALK_CORP_ID: APP.corpId })
    const fits = await check(world.settings, '--online')
    expect(fits).toMatchObject({ exitCode: 0, output: expect.stringContaining('in order  DINGTALK_CORP_ID') })
    const other = await check({ ...world.settings, DINGTALK_CORP_ID: 'ding0000000000000000' }, '--online')
    expect(other.exitCode).toBe(1)
    expect(other.output).toMatch(/FAULT +DINGTALK_CORP_ID.*\n.*look at DINGTALK_CORP_ID.*oauth2\/token answered/)
    world.dingtalk.failNext('oauth2/token', { status: 404, code: 'InvalidAction.NotFound' })
    const unsaid = await check(world.settings, '--online')
    expect(unsaid).toMatchObject({ exitCode: 0, output: expect.stringContaining('not said  DINGTALK_CORP_ID') })
    for (const { output } of [fits, other, unsaid]) expect(output).not.toContain(APP.secret)
  })

  it.each(['qrconnect', 'oauth2'])('asks DingTalk with --online, for %s', async (DINGTALK_FLOW) => {
    await using world = await createWorld({ DINGTALK_FLOW })
    const { exitCode, output } = await check(world.settings, '--online')
    expect(output.match(/in order {2}/g)).toHaveLength(2)
    expect(exitCode).toBe(0)
  })

  it('says what logins inside the DingTalk client need, and asks for that too', async () => {
    await using world = await createWorld(CLIENT_SETTINGS)
    const { exitCode, output } = await check(world.settings, '--online')
    expect(output).toMatch(/qyapi_base.*for the application dingemulator/)
    expect(output).toMatch(/端内免登地址.*: http:\/\/login\.test\/login\n/)
    expect(output).toContain(CLIENT_SETTINGS.DINGTALK_CORP_ID)
    expect(output.match(/in order {2}/g)).toHaveLength(4)
    expect(exitCode).toBe(0)
    world.dingtalk.permissions.switch('qyapi_base', false)
    const refused = await check(world.settings, '--online')
    expect(refused.output).toMatch(/FAULT.*inside the client.*\n.*permissions/)
    expect(refused.exitCode).toBe(1)
  })

  it('says what reading the directory needs, and what of it is absent, which is no fault', async () => {
    await using world = await createWorld({ DINGTALK_PROFILE: 'directory' })
    const { exitCode, output } = await check(world.settings, '--online')
    expect(output).toMatch(/qyapi_get_department_list.*for the application dingemulator/)
    expect(output).toMatch(/fieldEmail.*for the application dingemulator/)
    expect(output).toMatch(/in order {2}departments/)
    expect(exitCode).toBe(0)
    world.dingtalk.permissions.switch('qyapi_get_department_list', false)
    const absent = await check(world.settings, '--online')
    expect(absent.output).toMatch(/absent {4}departments.*\n.*qyapi_get_department_list/)
    expect(absent.exitCode).toBe(0)
    world.dingtalk.failNext('department/get', { errcode: 90018 })
    const refused = await check(world.settings, '--online')
    expect(refused.output).toMatch(/FAULT {5}departments/)
    expect(refused.exitCode).toBe(1)
  })

  it('says what events need, in the order of DingTalk’s console, and opens a connection for them', async () => {
    await using world = await createWorld()
    const settings = { ...world.settings, DINGTALK_EVENTS: 'stream' }
    const closed = world.dingtalk.stream.next('closed')
    const { exitCode, output } = await check(settings, '--online')
    expect(output).toMatch(/Contact\.Common\.Read.*dingemulator/)
    expect(output).toMatch(/once this server runs.*\n.*Stream.*\n.*用户离职/)
    expect(output).toMatch(/in order {2}events/)
    expect(exitCode).toBe(0)
    await closed
    world.dingtalk.failNext('connections/open', { status: 401, code: 'authFailed' })
    const refused = await check(settings, '--online')
    expect(refused.output).toMatch(/FAULT.*events.*\n.*DINGTALK_CORP_APP_.*connections\/open answered authFailed/)
    expect(refused.exitCode).toBe(1)
    expect(world.dingtalk.stream.connections).toBe(0)
  })

  it('says in plain words what DingTalk refuses', async () => {
    await using world = await createWorld()
    const wrong = await check({ ...world.settings, DINGTALK_APP_SECRET: 'wrong' }, '--online')
    expect(wrong.exitCode).toBe(1)
    expect(wrong.output).toMatch(/FAULT.*DINGTALK_APP_SECRET/s)
    world.dingtalk.failNext('gettoken', { errcode: 60020 })
    expect((await check(world.settings, '--online')).output).toMatch(/IP list.*gettoken answered 60020/)
    world.dingtalk.failNext('getbyunionid', { errcode: 60011 })
    expect((await check(world.settings, '--online')).output).toMatch(/permissions.*getbyunionid answered 60011/)
    world.dingtalk.failNext('getbyunionid', { errcode: 50002 })
    expect((await check(world.settings, '--online')).output).toMatch(/contact scope/)
  })

  it('says in words that a name does not resolve, and which setting holds it', async () => {
    await using world = await createWorld()
    const settings = { ...world.settings, DINGTALK_OAPI_URL: 'http://oapi.dingtalk.invalid' }
    const { exitCode, output } = await check(settings, '--online')
    expect(exitCode).toBe(1)
    expect(output.match(/DINGTALK_OAPI_URL names a host that does not resolve/g)).toHaveLength(2)
    const oauth2 = { ...world.settings, DINGTALK_FLOW: 'oauth2', DINGTALK_API_URL: 'http://api.dingtalk.invalid' }
    expect((await check(oauth2, '--online')).output).toMatch(/DINGTALK_API_URL names a host that does not resolve/)
  })

  it('warns of what is probably a mistake, and says no more that all is in order', async () => {
    await using world = await createWorld({
      PUBLIC_URL: 'http://127.0.0.1:8000',
      FRONTEND_URL: 'http://localhost:8080/',
    })
    const { exitCode, output } = await check({ ...world.settings, FRONTEND_URI: 'x' }, '--online')
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^ {2}FRONTEND_URL: http:\/\/localhost:8080 is another site than PUBLIC_URL, /m)
    expect(output).toMatch(/^ {2}FRONTEND_URI: is no setting/m)
    expect(output).not.toContain('The settings are in order')
  })

  it('reads the env file that it is told of, instead of .env', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    const least = 'DINGTALK_APP_ID=dingabc\nSESSION_SECRETS=0f1e2d3c4b5a69788796a5b4c3d2e1f0\n'
    const file = path.join(directory, 'settings.env')
    writeFileSync(file, `${least}PUBLIC_URL=http://localhost:8001\nDINGTALK_APP_SECRET=the-first#the-second\n`)
    writeFileSync(path.join(directory, '.env'), 'LOG_LEVEL=loud\n')

    const { exitCode, output } = await checkIn(directory, {}, '--env-file', file)
    expect(output).toContain('http://localhost:8001/callback')
    expect(output).toContain(`DINGTALK_APP_SECRET: ends before the first # in ${file}`)
    expect(output).not.toMatch(/the-first|the-second/)
    expect(exitCode).toBe(0)
    expect(await checkIn(directory, {})).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('LOG_LEVEL: must be'),
    })
    rmSync(directory, { recursive: true })
  })

  it('says that there is no such env file, or that it cannot be read', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    const missing = path.join(directory, 'missing.env')
    expect(await check({}, '--env-file', missing)).toEqual({ exitCode: 1, output: `There is no file ${missing}.\n` })
    expect(await check({}, '--env-file', directory)).toEqual({
      exitCode: 1,
      output: `${directory} cannot be read (EISDIR).\n`,
    })
    rmSync(directory, { recursive: true })
  })

  it('explains its usage', async () => {
    for (const args of [['--fast'], ['file'], ['--env-file'], ['--env-file='], ['--env-file', 'a', '--env-file', 'a']])
      expect(await check({}, ...args)).toMatchObject({ exitCode: 2, output: expect.stringContaining('Usage:') })
  })
})

describe('dingtalk-login', () => {
  async function run(...args: string[]) {
    const [command = '', ...rest] = args
    await using running = runCompiled(command, { args: rest })
    return { exitCode: await running.ended(), output: running.output }
  }

  const names = (command: Program): string[] =>
    command.commands.flatMap((inner) => [inner.name(), ...names(inner).map((name) => `${inner.name()} ${name}`)])

  it.each(['', ...names(createProgram())])('explains itself: %s', async (name) => {
    const { exitCode, output } = await run(...name.split(' ').filter(Boolean), '--help')
    expect(exitCode).toBe(0)
    expect(output.startsWith(`Usage: ${`dingtalk-login ${name}`.trim()} `)).toBe(true)
    expect(output).toContain('Exit codes: 0 done, 1 not done, 2 wrong usage.')
  })

  it.each(['fly', '--fast', 'users', 'users fly', 'start now', 'emulator --port', 'demo x', ''])(
    'ends with 2 where it does not understand: %s',
    async (words) => {
      expect(await run(...words.split(' '))).toMatchObject({ exitCode: 2, output: expect.stringContaining('Usage: ') })
    },
  )
})

describe('npm start', () => {
  it('logs what is probably a mistake in the settings, and starts', async () => {
    await using world = await createWorld()
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    writeFileSync(path.join(directory, '.env'), 'PORT=0\nBRAND_NAMES=Example\n')
    await using server = runCompiled('start', { env: world.settings, cwd: directory })
    await server.printed(/"listening"/)
    expect(server.output).toMatch(/"level":"?(40|warn)"?.*"setting":"BRAND_NAMES","problem":"is no setting/)
    expect(await server.stop('SIGTERM')).toBe(0)
    rmSync(directory, { recursive: true })
  })

  it('goes on without a .env that it cannot read, and says so', async () => {
    await using world = await createWorld()
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    mkdirSync(path.join(directory, '.env'))
    await using server = runCompiled('start', { env: { ...world.settings, PORT: '0' }, cwd: directory })
    await server.printed(/"listening"/)
    expect(server.output).toContain('"setting":".env","problem":"cannot be read (EISDIR)')
    rmSync(directory, { recursive: true })
  })
})
