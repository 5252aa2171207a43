import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { startEmulator } from '../src/emulator/emulator.js'
import { dingtalkLogin } from '../src/index.js'
import { addApplication } from './support/applications.js'
import { Browser } from './support/browser.js'
import { Command } from './support/command.js'
import { makeDatabase, onPostgresql } from './support/database.js'
import { createHostWorld, embeddedSettings, HOST_URL, hostApplication } from './support/host-application.js'

const PACKAGE = new URL('../dist/index.js', import.meta.url).href

/** A program with the compiled package and nothing else that would keep it going; it ends by itself or not at all. */
class Program implements Disposable {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))

  run(text: string, env: Record<string, string> = {}): Command {
    const file = path.join(this.#directory, 'program.mjs')
    writeFileSync(file, `import { dingtalkLogin } from ${JSON.stringify(PACKAGE)}\n${text}`)
    return new Command(process.execPath, { args: [file], cwd: this.#directory, env })
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

/** Says what keeps the process going, but for its output; what Node itself has still to do after loading is let end. */
const REPORT = `
  const left = () => process.getActiveResourcesInfo().filter((name) => !/^(?:Pipe|TTY|File)Wrap$/.test(name))
  for (let turn = 0; turn < 100 && left().length > 0; turn++) await new Promise((done) => setTimeout(done, 10))
  console.log('left: ' + left())`

describe('login.close()', () => {
  it('leaves nothing that keeps a program going: it ends by itself', async () => {
    const dingtalk = await startEmulator()
    const database = await makeDatabase()
    const settings = { ...embeddedSettings(dingtalk.url), DATABASE_URL: database.url, DINGTALK_EVENTS: 'stream' }
    using program = new Program()
    await using run = program.run(
      `
      import { createServer, request } from 'node:http'
      import { once } from 'node:events'
      const settings = JSON.parse(process.env.OURS)
      const login = await dingtalkLogin(settings, { logger: { info() {}, warn() {}, error: console.error } })
      const server = createServer((req, res) => login.routes(req, res, () => res.writeHead(404).end())).listen(0)
      await once(server, 'listening')
      const cookies = []
      async function get(path) {
        const asked = request({ port: server.address().port, path, agent: false, headers: { host: new URL(settings.PUBLIC_URL).host, cookie: cookies.join('; ') } })
        const [res] = await once(asked.end(), 'response')
        cookies.push(...(res.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]))
        res.resume()
        await once(res, 'end')
        return res
      }
      const begun = await get('/ding_url')
      const agreed = await new Promise((done) => request(begun.headers.location + '&person=zhangsan', { agent: false }, done).end())
      agreed.resume()
      await get(agreed.headers.location.slice(settings.PUBLIC_URL.length))
      console.log('me: ' + (await get('/me')).statusCode)
      server.close()
      await Promise.all([login.close(), login.close()])
      ${REPORT}
      `,
      { OURS: JSON.stringify(settings) },
    )
    expect(await run.ended()).toBe(0)
    expect(run.output).toBe('me: 200\nleft: \n')
    await dingtalk.close()
    await database.remove()
  })

  it('lets a login that runs finish, and answers 503 from then on', async () => {
    await using world = await createHostWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 300 })
    const asked = world.dingtalk.nextCall('getuserinfo_bycode')
    const landed = browser.get(callback).expect(302).then()
    await asked
    expect(await world.login.isReady()).toBe(true)
    const closed = world.login.close()
    for (const path of ['/me', '/ding_url', '/private', '/public']) {
      const { body, headers } = await browser.get(path).set('Accept', 'application/json').expect(503)
      expect(body.error, path).toBe('service_unavailable')
      expect(headers['retry-after'], path).toBe('5')
    }
    expect((await landed).headers.location).toContain('username=')
    await closed
    await browser.get('/me').expect(503)
    expect((await browser.get('/').expect(200)).text).toBe('<h1>of the host</h1>')
    expect(await world.login.isReady()).toBe(false)
    await world.login.close()
  })

  it('ends what goes on for applications too', async () => {
    const dingtalk = await startEmulator()
    const database = await makeDatabase()
    const settings = { ...embeddedSettings(dingtalk.url), DATABASE_URL: database.url }
    const first = await dingtalkLogin(settings, { logger: { info() {}, warn() {}, error() {} } })
    await addApplication({ database })
    await first.close()
    using program = new Program()
    await using run = program.run(
      `const login = await dingtalkLogin(JSON.parse(process.env.OURS), { logger: { info() {}, warn() {}, error: console.error } })
      await login.close()
      ${REPORT}`,
      { OURS: JSON.stringify(settings) },
    )
    expect(await run.ended()).toBe(0)
    expect(run.output).toBe('left: \n')
    await dingtalk.close()
    await database.remove()
  })
})

describe('a start that fails', () => {
  const attempt = (settings: object) => `
    const error = await dingtalkLogin(${JSON.stringify(settings)}).catch((error) => error)
    console.log(error.message)
    ${REPORT}`

  it('names every fault at once and no value, and leaves nothing', async () => {
    const settings = {
      PUBLIC_URL: 'http://host.test/below',
      DINGTALK_APP_SECRET: 'the-secret-of-the-app',
      SESSION_SECRETS: ['short-secret'],
      TRUST_PROXY: true,
      METRICS_PORT: 9100,
      LOG_LEVEL: { level: 'info' },
      DATABASE_URL: 'mysql://me:my-password@db.test/x',
    }
    using program = new Program()
    await using run = program.run(attempt(settings))
    expect(await run.ended()).toBe(0)
    const faults = [...run.output.matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name)
    expect(faults.sort()).toEqual(
      [
        'DINGTALK_APP_ID',
        'PUBLIC_URL',
        'SESSION_SECRETS',
        'TRUST_PROXY',
        'METRICS_PORT',
        'LOG_LEVEL',
        'DATABASE_URL',
      ].sort(),
    )
    for (const value of ['the-secret', 'short-secret', 'my-password']) expect(run.output).not.toContain(value)
    expect(run.output).toMatch(/\nleft: \n$/)
  })

  it('says that the database is away, and leaves nothing', async () => {
    // A port that takes connections and ends them.
    const nobody = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const { port } = nobody.address() as AddressInfo
    const url = onPostgresql ? `postgresql://nobody@127.0.0.1:${port}/x` : 'file:/dev/null/login.db'
    using program = new Program()
    await using run = program.run(attempt({ ...embeddedSettings('http://127.0.0.1:9'), DATABASE_URL: url }))
    expect(await run.ended()).toBe(0)
    expect(run.output).toMatch(/\nleft: \n$/)
    if (onPostgresql) expect(run.output).toMatch(/^DATABASE_URL: /)
    nobody.close()
  })
})

describe('the environment', () => {
  it('says nothing: neither its settings nor a .env, and nothing is printed but by the logger', async () => {
    const dingtalk = await startEmulator()
    const database = await makeDatabase()
    const settings = { ...embeddedSettings(dingtalk.url), DATABASE_URL: database.url }
    using program = new Program()
    const env = {
      OURS: JSON.stringify(settings),
      LOG_LEVEL: 'trace',
      NODE_ENV: 'production',
      PUBLIC_URL: 'not an address',
      SESSION_SECRETS: 'short',
      METRICS_PORT: '1',
      TRUST_PROXY: 'true',
    }
    await using run = program.run(
      `import { writeFileSync } from 'node:fs'
      writeFileSync('.env', 'PUBLIC_URL=nonsense\\nDINGTALK_FLOW=nonsense\\n')
      const before = ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'].map((name) => process.listenerCount(name))
      const environment = JSON.stringify(process.env)
      const lines = []
      const log = (fields, message) => lines.push(message)
      const login = await dingtalkLogin(JSON.parse(process.env.OURS), { logger: { info: log, warn: log, error: log } })
      const after = ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'].map((name) => process.listenerCount(name))
      await login.close()
      console.log(JSON.stringify([before, after, environment === JSON.stringify(process.env)]))`,
      env,
    )
    expect(await run.ended()).toBe(0)
    expect(run.output).toBe('[[0,0,0,0],[0,0,0,0],true]\n')
    await dingtalk.close()
    await database.remove()
  })

  it('has lines on stdout from LOG_LEVEL on where no logger is given', async () => {
    const dingtalk = await startEmulator()
    const database = await makeDatabase()
    using program = new Program()
    const start = async (LOG_LEVEL: string) => {
      const settings = {
        ...embeddedSettings(dingtalk.url),
        DATABASE_URL: database.url,
        FRONTEND_URL: 'http://other.example/',
      }
      await using run = program.run(
        `const login = await dingtalkLogin({ ...JSON.parse(process.env.OURS), LOG_LEVEL: '${LOG_LEVEL}' }); await login.close()`,
        { OURS: JSON.stringify(settings) },
      )
      expect(await run.ended()).toBe(0)
      return run.output
    }
    expect(JSON.parse(await start('info'))).toMatchObject({ setting: 'FRONTEND_URL', msg: 'setting' })
    expect(await start('silent')).toBe('')
    await dingtalk.close()
    await database.remove()
  })
})

describe('two logins in one program', () => {
  it('know nothing of each other', async () => {
    await using one = await createHostWorld()
    await using other = await createHostWorld(hostApplication, {
      PUBLIC_URL: 'http://other.test',
      SESSION_SECRETS: 'another-secret-for-tests-of-32-characters',
      DINGTALK_FLOW: 'oauth2',
      RATE_LIMIT_PER_MINUTE: 2,
    })
    await addApplication(one, { id: 'of-one' })
    await addApplication(other, { id: 'of-other' })
    const [here, there] = [one.browser(), other.browser()]
    await Promise.all([here.logIn('zhangsan'), there.logIn('lisi')])
    expect((await here.get('/me').expect(200)).body.username).toBe('张三')
    expect((await there.get('/me').expect(200)).body.username).toBe('李四')
    const crossed = new Browser(other.serverUrl, 'http://other.test')
    for (const [name, value] of here.cookies) crossed.cookies.set(name, value)
    await crossed.get('/me').expect(401)
    const issuer = async (browser: Browser) => (await browser.get('/.well-known/openid-configuration')).body.issuer
    expect(await Promise.all([issuer(here), issuer(there)])).toEqual([HOST_URL, 'http://other.test'])
    await other.browser().get('/callback').expect(429)
    await one.browser().get('/ding_url').expect(302)

    await one.login.close()
    await here.get('/me').expect(503)
    await there.get('/me').expect(200)
    expect(other.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('can stand in one application, each under its own host', async () => {
    const dingtalk = await startEmulator()
    const databases = [await makeDatabase(), await makeDatabase()]
    const logger = { info() {}, warn() {}, error() {} }
    const logins = await Promise.all(
      databases.map(({ url }, n) =>
        dingtalkLogin(
          { ...embeddedSettings(dingtalk.url), DATABASE_URL: url, PUBLIC_URL: `http://h${n}.test` },
          { logger },
        ),
      ),
    )
    const app = express()
    for (const [n, login] of logins.entries())
      app.use((req, res, next) => (req.hostname === `h${n}.test` ? login.routes(req, res, next) : next()))
    const server = app.listen(0)
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const browsers = [new Browser(url, 'http://h0.test'), new Browser(url, 'http://h1.test')]
    await browsers[0]?.logIn('zhangsan')
    await browsers[1]?.logIn('lisi')
    const names = await Promise.all(browsers.map(async (browser) => (await browser.get('/me')).body.username))
    expect(names).toEqual(['张三', '李四'])
    server.close()
    for (const login of logins) await login.close()
    for (const database of databases) await database.remove()
    await dingtalk.close()
  })
})

it('the compiled package loads by require, too', async () => {
  const file = fileURLToPath(PACKAGE)
  await using run = new Command(process.execPath, {
    args: ['-e', `console.log(typeof require(${JSON.stringify(file)}).dingtalkLogin)`],
  })
  expect(await run.ended()).toBe(0)
  expect(run.output).toContain('function\n')
})
