import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Response } from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type ApiCall,
  type Emulator,
  type Fault,
  makePerson,
  type Person,
  startEmulator,
} from '../src/emulator/emulator.js'
import { type ErrorCode, errorTable } from '../src/errors.js'
import { agree, Browser } from './support/browser.js'
import { type Command, freePort, lastingPort, runCompiled } from './support/command.js'
import { makeDatabase, onPostgresql, type TestDatabase } from './support/database.js'
import { PUBLIC_URL as HTTPS_URL, makeCertificate, placeNginx } from './support/deployment.js'
import { Outage } from './support/outage.js'
import { isInstalled, nginx } from './support/proxy.js'
import { seeded } from './support/random.js'
import { CleanUp, defaultSettings, type LogLine } from './support/world.js'

const hasNginx = nginx.isInstalled && isInstalled('openssl', 'version')
if (onPostgresql && !hasNginx)
  console.log('skipped: processes that are killed behind a proxy are tried where nginx and openssl are installed')

const PROCESSES = 3
const BROWSERS = 64
const KILLS = 4
const OUTAGE_MS = 2000

type Cookies = ReadonlyMap<string, string>
type Answer = Pick<Response, 'status' | 'body' | 'text'>

/** The compiled server at an address that stays, however often it is killed. */
class ServerProcess {
  readonly url: string
  readonly #settings: Record<string, string>
  readonly #publicUrl: string
  readonly #runs: Command[] = []
  #listening: Promise<unknown> = Promise.resolve()

  constructor(port: number, settings: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`
    this.#settings = { ...settings, PORT: String(port) }
    this.#publicUrl = settings.PUBLIC_URL ?? ''
  }

  start(): Promise<unknown> {
    this.#listening = this.#run()
    return this.#listening
  }

  /** Kills it and starts it again. */
  restart(): Promise<unknown> {
    this.#listening = this.#last.stop('SIGKILL').then((end) => {
      expect(end, 'a process ended by itself').toBe('SIGKILL')
      return this.#run()
    })
    return this.#listening
  }

  /** Gives the exit code. */
  stop(): Promise<number | string> {
    return this.#last.stop('SIGINT')
  }

  async end(): Promise<void> {
    for (const run of this.#runs) await run[Symbol.asyncDispose]()
  }

  /** What its runs have printed. */
  get log(): LogLine[] {
    // A run that was killed may have left half a line.
    const lines = this.#runs.flatMap(({ output }) => output.split('\n').slice(0, -1))
    return lines.map((line) => JSON.parse(line))
  }

  /** A browser that comes to this process, with these cookies. */
  browser(cookies: Cookies = new Map()): Browser {
    const browser = new Browser(this.url, this.#publicUrl)
    for (const [name, value] of cookies) browser.cookies.set(name, value)
    return browser
  }

  /** Asks who is signed in, as soon as it runs, and again where it was killed meanwhile. */
  async me(cookies: Cookies): Promise<Answer> {
    const Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    for (;;) {
      const run = this.#listening
      await run
      try {
        const answer = await fetch(`${this.url}/me`, { headers: { Cookie } })
        const text = await answer.text()
        return { status: answer.status, body: JSON.parse(text), text }
      } catch (error) {
        if (run === this.#listening) throw error
      }
    }
  }

  #run(): Promise<unknown> {
    const run = runCompiled('start', { env: this.#settings })
    this.#runs.push(run)
    return run.printed(/"listening"/)
  }

  get #last(): Command {
    const run = this.#runs.at(-1)
    if (!run) throw new Error('it was never started')
    return run
  }
}

interface Cluster extends AsyncDisposable {
  dingtalk: Emulator
  database: TestDatabase
  servers: ServerProcess[]
  /** Started with these. */
  settings: Record<string, string>
  /** The states of the processes' connections to the database. */
  connections(): Promise<unknown[]>
  /** Stops all processes, of which none may have ended by itself or leave a connection; gives the errors in their logs. */
  stop(): Promise<LogLine[]>
}

/** Several processes of the compiled server, all started at once on an empty database. */
async function startCluster(
  more: Record<string, string> = {},
  reach: (databaseUrl: string) => string | Promise<string> = (url) => url,
): Promise<Cluster> {
  const cleanUp = new CleanUp()
  const dingtalk = await startEmulator()
  cleanUp.defer(() => dingtalk.close())
  const database = await makeDatabase()
  cleanUp.defer(() => database.remove())
  // So that the connections of this cluster can be told from others.
  const url = new URL(await reach(database.url))
  const applicationName = url.searchParams.get('schema') ?? ''
  url.searchParams.set('application_name', applicationName)
  const settings = {
    ...defaultSettings(dingtalk.url),
    DATABASE_URL: url.href,
    RATE_LIMIT_PER_MINUTE: '1000000',
    ...more,
  }
  const ports = await Promise.all(Array.from({ length: PROCESSES }, lastingPort))
  const servers = ports.map((port) => new ServerProcess(port, settings))
  for (const server of servers) cleanUp.defer(() => server.end())
  const connections = async () => {
    const rows = await database.sql(`SELECT state FROM pg_stat_activity WHERE application_name = '${applicationName}'`)
    return rows.map(({ state }) => state)
  }
  try {
    await Promise.all(servers.map((server) => server.start()))
  } catch (error) {
    await cleanUp.run()
    throw error
  }
  return {
    ...{ dingtalk, database, servers, settings, connections },
    stop: async () => {
      expect(await Promise.all(servers.map((server) => server.stop()))).toEqual(servers.map(() => 0))
      await expect.poll(connections, { timeout: 5000 }).toEqual([])
      return servers.flatMap(({ log }) => log).filter(({ level }) => Number(level) >= 50)
    },
    [Symbol.asyncDispose]: () => cleanUp.run(),
  }
}

/** The error of our table in this answer; undefined where the proxy itself said that nobody is there. */
function errorOf(answer: Answer): ErrorCode | undefined {
  const code = answer.body.error as ErrorCode
  if (code in errorTable && errorTable[code].status === answer.status) return code
  expect([502, 503, 504], answer.text).toContain(answer.status)
  expect(answer.text).toContain('<center>nginx')
  return undefined
}

describe.runIf(onPostgresql)('several processes on one database', { timeout: 60_000 }, () => {
  it('migrate an empty one once when they start at once, and all of them serve', async () => {
    await using cluster = await startCluster()
    const history = await cluster.database.sql('SELECT migration_name, finished_at FROM _prisma_migrations')
    expect(new Set(history.map(({ migration_name }) => migration_name)).size).toBe(history.length)
    expect(history.filter(({ finished_at }) => finished_at === null)).toEqual([])
    for (const server of cluster.servers) {
      await server.browser().get('/readyz').expect(200)
      await server.browser().logIn()
    }
    expect(await cluster.stop()).toEqual([])
  })

  it('answer any step of a login, and see at once what ended elsewhere', async () => {
    await using cluster = await startCluster()
    const [first, second, third] = cluster.servers as [ServerProcess, ServerProcess, ServerProcess]
    const expectEverywhere = async (cookies: Cookies, status: number) => {
      const answers = await Promise.all(cluster.servers.map((server) => server.me(cookies)))
      expect(answers.map((answer) => answer.status)).toEqual(cluster.servers.map(() => status))
    }
    const logIn = async () => {
      const begun = first.browser()
      const callback = await begun.scan()
      const landed = second.browser(begun.cookies)
      await landed.get(callback).expect(302)
      await expectEverywhere(landed.cookies, 200)
      // The callback that comes again to a process that has not seen it.
      await third.browser(landed.cookies).get(callback).expect(302)
      return landed.cookies
    }
    const operate = async (command: string) => {
      const { DATABASE_URL = '' } = cluster.settings
      await using users = runCompiled('users', { env: { DATABASE_URL }, args: [command, '张三'] })
      expect(await users.ended(), users.output).toBe(0)
    }

    const loggedOut = await logIn()
    await third.browser(loggedOut).post('/logout').expect(204)
    await expectEverywhere(loggedOut, 401)
    const [kept, ended] = [await logIn(), await logIn()]
    await first.browser(kept).delete('/sessions').expect(204)
    await expectEverywhere(ended, 401)
    await expectEverywhere(kept, 200)
    await operate('end-sessions')
    await expectEverywhere(kept, 401)
    const disabled = await logIn()
    await operate('disable')
    await expectEverywhere(disabled, 401)
    const refused = third.browser()
    expect(errorOf(await refused.get(await refused.scan()))).toBe('account_disabled')
    expect(await cluster.stop()).toEqual([])
  })

  it('say that the database is away, and recover by themselves', async () => {
    let line: Outage | undefined
    await using cluster = await startCluster({}, async (url) => {
      line = await Outage.before(url)
      return line.url
    })
    if (!line) throw new Error('there is no line')
    await using outage = line
    const { servers } = cluster
    const inside = servers.map((server) => server.browser())
    await Promise.all(inside.map((browser) => browser.logIn()))

    let loginsSince = 0
    let isOver = false
    const answers = new Set<string>()
    const work = Array.from({ length: 24 }, async (_, index) => {
      const server = servers[index % PROCESSES] as ServerProcess
      const signedIn = inside[index % PROCESSES] as Browser
      while (!isOver) {
        const browser = server.browser()
        const landed = await browser.get(await browser.scan('lisi'))
        if (landed.status === 302) loginsSince++
        else answers.add(`${landed.status} ${errorOf(landed)}`)
        const me = await server.me(signedIn.cookies)
        if (me.status === 200) expect(me.body.username).toBe('张三')
        else answers.add(`${me.status} ${errorOf(me)}`)
      }
    })
    const readiness = () => Promise.all(servers.map(async (server) => (await server.browser().get('/readyz')).status))
    const loginsGoOn = async () => {
      loginsSince = 0
      await expect.poll(() => loginsSince, { timeout: 20_000 }).toBeGreaterThan(24)
    }
    const watch = async () => {
      await loginsGoOn()
      outage.cut()
      expect(await readiness()).toEqual([503, 503, 503])
      await expect.poll(() => answers.size, { timeout: 10_000 }).toBeGreaterThan(0)
      await wait(OUTAGE_MS)
      expect(await readiness()).toEqual([503, 503, 503])
      outage.mend()
      await expect.poll(readiness, { timeout: 10_000 }).toEqual([200, 200, 200])
      await loginsGoOn()
    }
    await Promise.all([
      ...work,
      watch().finally(() => {
        isOver = true
      }),
    ])
    expect([...answers]).toEqual(['503 service_unavailable'])
    for (const [index, server] of servers.entries())
      expect((await server.me(inside[index]?.cookies ?? new Map())).status).toBe(200)
    const errors = await cluster.stop()
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['service_unavailable']))
  })
})

/** How a call to DingTalk goes wrong now and then. */
const FAULTS: Fault[] = [
  { errcode: -1 },
  { body: { errcode: -1, errmsg: 'busy' }, status: 500 },
  'reset',
  'html',
  { delayMs: 300 },
  { delayMs: 3500 },
]
const CALLS: ApiCall[] = ['getuserinfo_bycode', 'getbyunionid', 'gettoken']
/** What may come of them, and of a code that a killed process had spent. */
const EXPECTED = ['dingtalk_unavailable', 'dingtalk_timeout', 'dingtalk_unreadable', 'code_rejected']

interface Login {
  person: Person
  username: string
  cookies: Cookies
}

describe.runIf(onPostgresql && hasNginx)('processes behind nginx that are killed again and again', () => {
  it('lose no login that was answered, and take nobody for somebody else', { timeout: 120_000 }, async () => {
    await using cluster = await startCluster({
      PUBLIC_URL: HTTPS_URL,
      TRUST_PROXY: '1',
      DINGTALK_TIMEOUT: '3s',
    })
    const { dingtalk, database, servers } = cluster
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    makeCertificate(directory)
    const port = await freePort()
    const config = readFileSync(new URL('../deploy/nginx.conf', import.meta.url), 'utf8')
    const ports = servers.map(({ url }) => Number(new URL(url).port))
    const place = { directory, port, plainPort: await freePort(), servers: ports }
    await using _ = await nginx.start(placeNginx(config, place))

    // Many people share a nick.
    const people = Array.from({ length: 5 * BROWSERS }, (_, n) => makePerson({ id: `person-${n}`, nick: `人${n % 4}` }))
    for (const person of people) dingtalk.addPerson(person)
    const random = seeded(20_260_102)
    const oneOf = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)] as T

    const alive: Login[] = []
    const refusals = new Map<string, number>()
    let landings = 0
    let isOver = false

    const isRefused = (answer: Answer): boolean => {
      if (answer.status < 400) return false
      const code = errorOf(answer) ?? 'nginx'
      expect([...EXPECTED, 'nginx'], answer.text).toContain(code)
      refusals.set(code, (refusals.get(code) ?? 0) + 1)
      return true
    }

    const expectSignedIn = async (server: ServerProcess, { person, username, cookies }: Login) => {
      const { body } = await server.me(cookies)
      expect(body).toMatchObject({ unionId: person.unionId, username })
    }

    const logIn = async (person: Person) => {
      const browser = new Browser(`https://127.0.0.1:${port}`, HTTPS_URL)
      const begun = await browser.get('/ding_url')
      if (isRefused(begun)) return
      const landed = await browser.get(await agree(begun.headers.location, person.id))
      if (isRefused(landed)) return expect(browser.cookie('__Host-sid')).toBeUndefined()
      expect(landed.status).toBe(302)
      landings++
      const username = new URL(String(landed.headers.location)).searchParams.get('username') ?? ''
      const login = { person, username, cookies: browser.cookies }
      await expectSignedIn(oneOf(servers), login)
      if (random() < 0.75) return alive.push(login)

      const cookies = new Map(browser.cookies)
      if (isRefused(await browser.post('/logout'))) return
      expect((await oneOf(servers).me(cookies)).status).toBe(401)
    }

    /** Orders no fault before the last one has happened: they would pile up while the servers ask nothing. */
    const disturb = async (call: ApiCall) => {
      while (!isOver) {
        await dingtalk.nextCall(call)
        if (random() < 0.1) dingtalk.failNext(call, oneOf(FAULTS))
      }
    }
    const browse = async () => {
      while (!isOver) {
        await logIn(oneOf(people))
        // Refusals come at once: without a rest they would starve the emulator, which lives in this process.
        await wait(500)
      }
    }
    const kill = async () => {
      for (let kills = 0; kills < KILLS; kills++) {
        const until = landings + 10 + Math.floor(random() * BROWSERS)
        await expect
          .poll(() => landings, { timeout: 30_000, interval: 5, message: 'no login succeeds any more' })
          .toBeGreaterThanOrEqual(until)
        await oneOf(servers).restart()
      }
    }
    for (const call of CALLS) void disturb(call)
    await Promise.all([
      ...Array.from({ length: BROWSERS }, browse),
      kill().finally(() => {
        isOver = true
      }),
    ])

    for (const server of servers) for (const login of alive) await expectSignedIn(server, login)
    expect([...refusals.keys()]).toContain('dingtalk_unavailable')
    // Those alone whose request could not be sent twice: two processes were always there.
    expect(refusals.get('nginx') ?? 0).toBeLessThan(BROWSERS)
    expect(await cluster.connections()).not.toContain('idle in transaction')
    const users = await database.sql('SELECT "unionId", username, nick FROM "User"')
    for (const column of ['unionId', 'username'] as const)
      expect(new Set(users.map((user) => user[column])).size).toBe(users.length)
    // Nicks are numbered without a gap.
    for (const nick of new Set(users.map((user) => String(user.nick)))) {
      const names = users.filter((user) => user.nick === nick).map(({ username }) => username)
      expect(names.sort()).toEqual(names.map((_, n) => (n === 0 ? nick : `${nick}-${n + 1}`)).sort())
    }
    expect(await cluster.stop()).toEqual([])
  })
})
