import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { makePerson } from '../src/emulator/emulator.js'
import { Browser } from './support/browser.js'
import { type Command, freePort, runCompiled } from './support/command.js'
import { seeded } from './support/random.js'
import { createWorld, PUBLIC_URL } from './support/world.js'

async function start(
  settings: Record<string, string>,
): Promise<{ server: Command; serverUrl: string; browser: Browser }> {
  const port = await freePort()
  const server = runCompiled('start', { env: { ...settings, PORT: String(port) } })
  await server.printed(/"listening"/)
  const serverUrl = `http://127.0.0.1:${port}`
  return { server, serverUrl, browser: new Browser(serverUrl, PUBLIC_URL) }
}

describe('the compiled server', () => {
  it('keeps a login that it answered, although it is killed at once', async () => {
    await using world = await createWorld()
    const first = await start(world.settings)
    await first.browser.logIn()
    expect(await first.server.stop('SIGKILL')).toBe('SIGKILL')

    const second = await start(world.settings)
    await using _ = second.server
    for (const [name, value] of first.browser.cookies) second.browser.cookies.set(name, value)
    expect((await second.browser.get('/me').expect(200)).body.username).toBe('张三')
    await second.browser.logIn()
    expect(await world.sql('SELECT username FROM "User"')).toEqual([{ username: '张三' }])
  })

  it('keeps every login that it answered, whenever it is killed, and a sound database', async () => {
    await using world = await createWorld()
    const people = Array.from({ length: 12 }, (_, n) => `person-${n}`)
    for (const [n, id] of people.entries()) world.dingtalk.addPerson(makePerson({ id, nick: `人${n % 3}` }))
    const settings = { ...world.settings, RATE_LIMIT_PER_MINUTE: '100000' }
    const signedIn: ReadonlyMap<string, string>[] = []
    const random = seeded(20_260_101)

    for (let round = 0; round < 5; round++) {
      const { server, serverUrl } = await start(settings)
      await using _ = server
      let answered = 0
      const killAfter = 1 + Math.floor(random() * 2 * people.length)
      const logIns = people.map(async (id) => {
        for (;;) {
          const browser = new Browser(serverUrl, PUBLIC_URL)
          try {
            await browser.get(await browser.scan(id)).expect(302)
          } catch {
            return
          }
          signedIn.push(browser.cookies)
          if (++answered === killAfter) server.child.kill('SIGKILL')
        }
      })
      await Promise.all(logIns)
      expect(await server.ended()).toBe('SIGKILL')
      expect(answered).toBeGreaterThanOrEqual(killAfter)
    }

    if (world.database.kind === 'sqlite') {
      expect(await world.sql('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    }
    const { server, serverUrl } = await start(settings)
    await using _ = server
    for (const cookies of signedIn) {
      const browser = new Browser(serverUrl, PUBLIC_URL)
      for (const [name, value] of cookies) browser.cookies.set(name, value)
      await browser.get('/me').expect(200)
    }
    const rows = await world.sql('SELECT "unionId" FROM "User"')
    expect(rows.length).toBeLessThanOrEqual(people.length)
    expect(new Set(rows.map(({ unionId }) => unionId)).size).toBe(rows.length)
  }, 60_000)

  it('lets a running login finish when it is told to stop, and ends with 0', async () => {
    await using world = await createWorld()
    const { server, browser } = await start(world.settings)
    await using _ = server
    const callback = await browser.scan()
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 500 })
    const asked = world.dingtalk.nextCall('getuserinfo_bycode')
    const landed = browser.get(callback).expect(302)
    const answered = landed.then((answer) => answer.headers.location)
    await asked
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(await answered).toMatch(/username=/)
  })

  it('ends with 1 and names every fault of its settings, and no secret', async () => {
    await using server = runCompiled('start', {
      env: {
        PORT: 'abc',
        SESSION_SECRETS: 'short-secret',
        PUBLIC_URL: 'ftp://x',
        DINGTALK_APP_SECRET: 'the-app-secret',
      },
    })
    expect(await server.ended()).toBe(1)
    for (const name of ['PORT', 'SESSION_SECRETS', 'PUBLIC_URL', 'DINGTALK_APP_ID'])
      expect(server.output).toContain(`${name}: `)
    expect(server.output).not.toMatch(/short-secret|the-app-secret/)
  })

  it.each([
    [{ DATABASE_URL: 'file:/etc/hostname' }, 'DATABASE_URL'],
    [{ HOST: 'no.such.host.invalid' }, 'HOST'],
  ])('names the setting that cannot be used: %j', async (wrong, name) => {
    await using world = await createWorld()
    await using server = runCompiled('start', { env: { ...world.settings, ...wrong } })
    expect(await server.ended()).toBe(1)
    expect(server.output).toContain(name)
    expect(server.output).not.toContain('stack')
  })

  it('names the port that is taken', async () => {
    await using world = await createWorld()
    const { port } = new URL(world.serverUrl)
    await using server = runCompiled('start', { env: { ...world.settings, PORT: port } })
    expect(await server.ended()).toBe(1)
    expect(server.output).toContain(`port ${port}`)
  })

  it('reads .env of its folder, and the environment wins', async () => {
    await using world = await createWorld()
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    const lines = Object.entries({ ...world.settings, LOG_LEVEL: 'fatal' }).map(([name, value]) => `${name}=${value}`)
    writeFileSync(path.join(directory, '.env'), lines.join('\n'))
    await using server = runCompiled('start', { env: { LOG_LEVEL: 'info' }, cwd: directory })
    await server.printed(/"listening"/)
    expect(await server.stop('SIGINT')).toBe(0)
    rmSync(directory, { recursive: true })
  })
})

describe('the demo', () => {
  function startDemo(directory: string, ports: Record<string, string>): Command {
    return runCompiled('demo', { env: ports, cwd: directory })
  }

  it('runs all four, keeps people signed in over a restart, and leaves nothing running', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    const [server, emulator, frontEnd, app] = [await freePort(), await freePort(), await freePort(), await freePort()]
    const ports = {
      PORT: String(server),
      EMULATOR_PORT: String(emulator),
      FRONTEND_PORT: String(frontEnd),
      OPENID_APP_PORT: String(app),
    }
    const browser = new Browser(`http://127.0.0.1:${server}`, `http://localhost:${server}`)

    const demo = startDemo(directory, ports)
    await demo.printed(new RegExp(`Open +http://localhost:${frontEnd}`))
    const page = await fetch(`http://127.0.0.1:${frontEnd}/`)
    expect(await page.text()).toContain('Log in with DingTalk')
    const landed = await browser.logIn()
    expect(landed.headers.location).toBe(`http://localhost:${frontEnd}/?username=${encodeURIComponent('张三')}`)
    expect(await demo.stop('SIGKILL')).toBe('SIGKILL')

    const again = startDemo(directory, ports)
    await again.printed(/Ctrl-C/)
    await browser.get('/me').set('Origin', `http://localhost:${frontEnd}`).expect(200)
    expect(await again.stop('SIGINT')).toBe(0)
    for (const port of Object.values(ports)) await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
    rmSync(directory, { recursive: true })
  })

  it('names a port that is taken and how to choose another', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    const taken = await freePort()
    const occupant = createServer().listen(taken, '127.0.0.1')
    await once(occupant, 'listening')
    const ports = {
      PORT: String(taken),
      EMULATOR_PORT: String(await freePort()),
      FRONTEND_PORT: String(await freePort()),
      OPENID_APP_PORT: String(await freePort()),
    }
    await using demo = startDemo(directory, ports)
    expect(await demo.ended()).toBe(1)
    expect(demo.output).toContain(`Port ${taken} is taken`)
    expect(demo.output).toContain('PORT=')
    occupant.close()
    rmSync(directory, { recursive: true })
  })

  it('refuses production', async () => {
    await using demo = runCompiled('demo', { env: { NODE_ENV: 'production' }, cwd: tmpdir() })
    expect(await demo.ended()).toBe(1)
    expect(demo.output).toContain('production')
  })
})
