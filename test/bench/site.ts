import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { lastingPort } from '../support/command.js'
import { type Cookies, checkLanding, checkMe, keepCookies, locationOf, stateOf } from './answers.js'
import { application, authorizationOf, authorizePath } from './application.js'
import type { Door } from './door.js'
import { Front, originOfFront } from './front.js'
import { access } from './host.js'
import { codeOf } from './people.js'
import { COMPILED, Program } from './program.js'
import { Schema } from './schema.js'

const SERVER = 'dist/cli/main.js start'
const REFERENCES = `${COMPILED}/references`

/** What is measured: the server in its two flows, and what it is compared with. */
const sites = {
  server: { script: SERVER, flow: 'qrconnect', sessionCookie: 'sid' },
  'server-groups': { script: SERVER, flow: 'qrconnect', sessionCookie: 'sid' },
  'server-oauth2': { script: SERVER, flow: 'oauth2', sessionCookie: 'sid' },
  limit: { script: `${REFERENCES}/limit.js`, flow: 'qrconnect', sessionCookie: 'sid' },
  passport: { script: `${REFERENCES}/passport.js`, flow: 'qrconnect', sessionCookie: 'connect.sid' },
  'passport-oauth2': { script: `${REFERENCES}/passport.js`, flow: 'oauth2', sessionCookie: 'connect.sid' },
  typical: { script: `${REFERENCES}/typical.js`, flow: 'qrconnect', sessionCookie: 'connect.sid' },
  'bare-openid': { script: `${REFERENCES}/bare-openid.js`, flow: 'provider', sessionCookie: '_session' },
  constant: { script: `${REFERENCES}/constant.js`, flow: 'none', sessionCookie: '' },
  'server-postgresql': { script: SERVER, flow: 'qrconnect', sessionCookie: 'sid' },
  'limit-postgresql': { script: `${REFERENCES}/limit-postgresql.js`, flow: 'qrconnect', sessionCookie: 'sid' },
  'passport-postgresql': {
    script: `${REFERENCES}/passport-postgresql.js`,
    flow: 'qrconnect',
    sessionCookie: 'connect.sid',
  },
} as const

export type SiteName = keyof typeof sites

export const SECRET = 'bench-secret-0123456789-abcdefghijklmnop'
const FRONTEND_URL = 'http://front.test/'
/** People beyond this number have never logged in before. */
const FIRST_NEW_PERSON = 100_000_000

interface Options {
  name: SiteName
  dingtalk: Program
  /** Where the database lies, if it is SQLite's. */
  directory: string
  databaseName?: string
  /** Of its own and removed at the end where none is given, for the sites on PostgreSQL. */
  schema?: Schema
  browsers: number
  /** Beyond those that all have. */
  settings?: Record<string, string>
}

/** What stands for a site once it runs. */
interface Running {
  programs: [Program, ...Program[]]
  door: Door
  startMs: number
  databaseFile: string
  schema?: Schema | undefined
  front?: Front
}

/** One of the servers, running, and the way browsers log in there. */
export class Site implements AsyncDisposable {
  readonly name: SiteName
  /** Where browsers come to. */
  readonly door: Door
  readonly programs: readonly [Program, ...Program[]]
  readonly startMs: number
  readonly databaseFile: string
  readonly schema: Schema | undefined
  /** What stands before the processes, if they are behind something. */
  readonly front: Front | undefined
  /** How many people come back again and again, and ask who they are: more than there are browsers. */
  readonly regulars: number
  readonly #ownsSchema: boolean
  readonly #sessionCookie: string
  readonly #authorizeUrl: string
  readonly #states = new Set<string>()
  #nextNewPerson = FIRST_NEW_PERSON
  #logins = 0

  private constructor(options: Options, { programs, door, startMs, databaseFile, schema, front }: Running) {
    this.name = options.name
    this.programs = programs
    this.door = door
    this.startMs = startMs
    this.databaseFile = databaseFile
    this.schema = schema
    this.front = front
    this.#ownsSchema = !options.schema
    const { flow, sessionCookie } = sites[options.name]
    this.#sessionCookie = front ? `__Host-${sessionCookie}` : sessionCookie
    // The constant reference knows one person alone.
    this.regulars = flow === 'none' ? 1 : 4 * options.browsers
    this.#authorizeUrl = options.dingtalk.origin + (flow === 'oauth2' ? '/oauth2/auth' : '/connect/qrconnect')
  }

  static async start(options: Options): Promise<Site> {
    return Site.#on(options, async (env, place) => {
      const { script } = sites[options.name]
      const surroundings = { env, cwd: options.directory, browsers: options.browsers }
      const { program, startMs } = await Program.start(script, surroundings)
      return new Site(options, { programs: [program], door: program, startMs, ...place })
    })
  }

  /** Several processes behind nginx, as they are deployed. */
  static async startBehindNginx(options: Options, processes: number): Promise<Site> {
    const port = await lastingPort()
    const behind = { PUBLIC_URL: originOfFront(port), TRUST_PROXY: '1' }
    return Site.#on({ ...options, settings: { ...options.settings, ...behind } }, async (env, place) => {
      const { script } = sites[options.name]
      const surroundings = { env, cwd: options.directory, browsers: 1 }
      const started = Array.from({ length: processes }, () => Program.start(script, surroundings))
      const programs = (await Promise.all(started)).map(({ program }) => program) as [Program, ...Program[]]
      const servers = programs.map((program) => program.port)
      const front = await Front.start({ ...options, port, servers })
      return new Site(options, { programs, door: front, startMs: 0, ...place, front })
    })
  }

  /** Starts a site on a database, which goes again if that fails. */
  static async #on(
    options: Options,
    start: (env: Record<string, string>, place: { databaseFile: string; schema: Schema | undefined }) => Promise<Site>,
  ): Promise<Site> {
    const { name, directory, databaseName = `${name}.db` } = options
    const databaseFile = path.join(directory, databaseName)
    const schema = options.schema ?? (name.endsWith('-postgresql') ? new Schema(postgresqlServer()) : undefined)
    try {
      const env = environmentOf(options, schema?.url ?? `file:${databaseFile}`)
      return await start(env, { databaseFile, schema })
    } catch (error) {
      if (!options.schema) await schema?.[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The process of a site that has one. */
  get program(): Program {
    return this.programs[0]
  }

  /** User and system time of all its processes so far. */
  cpuMs(): number {
    return this.programs.reduce((sum, program) => sum + program.cpuMs(), 0)
  }

  /** The same of the database's processes that serve it; undefined where they cannot be seen. */
  async databaseCpuMs(): Promise<number | undefined> {
    return this.schema?.cpuMs()
  }

  frontCpuMs(): number | undefined {
    return this.front?.cpuMs()
  }

  newPerson(): number {
    return this.#nextNewPerson++
  }

  /** What a click on the login button brings; gives the state. */
  async begin(cookies: Cookies, door = this.door, page = '/ding_url'): Promise<string> {
    const begun = await door.get(page, cookies)
    keepCookies(begun, cookies)
    const callbackUrl = `${door.origin}/callback`
    return stateOf(begun, { authorizeUrl: this.#authorizeUrl, callbackUrl, states: this.#states })
  }

  /** A whole login in a browser that nobody has used yet; gives its cookies. DingTalk's page is left out: no server has a part in it. */
  async logIn(person: number, door = this.door): Promise<Cookies> {
    const cookies: Cookies = new Map()
    const state = await this.begin(cookies, door)
    const code = codeOf(person, this.#logins++)
    const landed = await door.get(`/callback?code=${code}&state=${encodeURIComponent(state)}`, cookies)
    keepCookies(landed, cookies)
    checkLanding(landed, { frontendUrl: FRONTEND_URL, person, cookies, sessionCookie: this.#sessionCookie })
    return cookies
  }

  /** The scan that opens the console for an administrator. */
  async enterConsole(person: number): Promise<Cookies> {
    const cookies: Cookies = new Map()
    const sentAway = locationOf(await this.door.get('/admin'))
    const state = await this.begin(cookies, this.door, sentAway.replace(this.door.origin, ''))
    const code = codeOf(person, this.#logins++)
    keepCookies(await this.door.get(`/callback?code=${code}&state=${encodeURIComponent(state)}`, cookies), cookies)
    return cookies
  }

  /** A browser in which this person is signed in. */
  async signIn(person: number): Promise<Cookies> {
    const { flow } = sites[this.name]
    if (flow === 'provider') return this.#signInAtProvider(person)
    return flow === 'none' ? new Map() : this.logIn(person)
  }

  /** Makes the application by the operator's command; the reference has it from the start. Gives how it says who it is. */
  async addApplication(): Promise<string> {
    if (sites[this.name].flow === 'provider') return authorizationOf(SECRET)
    const { id, redirectUri } = application
    const { secret } = JSON.parse(
      await this.operate(['apps', 'add', id, '--name', 'Bench', '--redirect-uri', redirectUri, '--json']),
    )
    return authorizationOf(secret)
  }

  /** Makes the host and its groups by the operator's command. */
  async addHost(): Promise<void> {
    const file = `${this.databaseFile}.access.yaml`
    await writeFile(file, JSON.stringify(access))
    await this.operate(['groups', 'apply', file])
  }

  /** Runs one of the operator's commands on the server's database; gives what it prints. */
  async operate(args: string[]): Promise<string> {
    const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))
    const env = { DATABASE_URL: `file:${this.databaseFile}` }
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], { env })
    return stdout
  }

  /** Asks who is signed in; gives their id. */
  async checkSignedIn(cookies: Cookies | string, person: number): Promise<string> {
    return checkMe(await this.door.get('/me', cookies), person)
  }

  /** Ends its processes; the database stays. */
  async stop(): Promise<void> {
    await this.front?.[Symbol.asyncDispose]()
    await Promise.all(this.programs.map((program) => program[Symbol.asyncDispose]()))
  }

  /** An application's request, which the reference's own login stops until it has signed the person in. */
  async #signInAtProvider(person: number): Promise<Cookies> {
    const cookies: Cookies = new Map()
    let next = authorizePath({ login_hint: String(person) })
    for (let step = 0; step < 3; step++) {
      const answer = await this.door.get(next, cookies)
      keepCookies(answer, cookies)
      next = locationOf(answer).replace(this.door.origin, '')
    }
    if (!next.startsWith(`${application.redirectUri}?`)) throw new Error(`the reference leads to ${next}`)
    return cookies
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    if (this.#ownsSchema) await this.schema?.[Symbol.asyncDispose]()
  }
}

/** Where sites on PostgreSQL have their schemas. */
function postgresqlServer(): string {
  const server = process.env.TEST_DATABASE_URL
  if (!server) throw new Error('TEST_DATABASE_URL has to name a PostgreSQL database')
  return server
}

function environmentOf({ name, dingtalk, settings }: Options, databaseUrl: string): Record<string, string> {
  const { script, flow } = sites[name]
  return {
    // In production the server refuses a DingTalk on this machine.
    NODE_ENV: script === SERVER ? '' : 'production',
    FRONTEND_URL,
    DINGTALK_FLOW: flow,
    DINGTALK_AUDIENCE: 'members',
    DINGTALK_APP_ID: 'dingbench',
    DINGTALK_APP_SECRET: 'bench-app-secret-0123456789',
    DINGTALK_LOGIN_URL: dingtalk.origin,
    DINGTALK_OAPI_URL: dingtalk.origin,
    DINGTALK_API_URL: dingtalk.origin,
    DATABASE_URL: databaseUrl,
    SESSION_SECRETS: SECRET,
    RATE_LIMIT_PER_MINUTE: '1000000',
    LOG_LEVEL: 'info',
    DINGTALK_PROFILE: name === 'server-groups' ? 'directory' : 'none',
    ...settings,
  }
}
