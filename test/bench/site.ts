import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Cookies, checkLanding, checkMe, keepCookies, locationOf, stateOf } from './answers.js'
import { application, authorizationOf, authorizePath } from './application.js'
import { codeOf } from './people.js'
import { Program } from './program.js'

const SERVER = 'dist/cli/main.js start'
const REFERENCES = 'dist-bench/test/bench/references'

/** What is measured: the server in its two flows, and what it is compared with. */
const sites = {
  server: { script: SERVER, flow: 'qrconnect', sessionCookie: 'sid' },
  'server-oauth2': { script: SERVER, flow: 'oauth2', sessionCookie: 'sid' },
  limit: { script: `${REFERENCES}/limit.js`, flow: 'qrconnect', sessionCookie: 'sid' },
  passport: { script: `${REFERENCES}/passport.js`, flow: 'qrconnect', sessionCookie: 'connect.sid' },
  typical: { script: `${REFERENCES}/typical.js`, flow: 'qrconnect', sessionCookie: 'connect.sid' },
  'bare-openid': { script: `${REFERENCES}/bare-openid.js`, flow: 'provider', sessionCookie: '_session' },
  constant: { script: `${REFERENCES}/constant.js`, flow: 'none', sessionCookie: '' },
} as const

export type SiteName = keyof typeof sites

export const SECRET = 'bench-secret-0123456789-abcdefghijklmnop'
const FRONTEND_URL = 'http://front.test/'
/** People beyond this number have never logged in before. */
const FIRST_NEW_PERSON = 100_000_000

interface Options {
  name: SiteName
  dingtalk: Program
  /** Where the database lies. */
  directory: string
  databaseName?: string
  browsers: number
  /** Beyond those that all have. */
  settings?: Record<string, string>
}

/** One of the servers, running, and the way browsers log in there. */
export class Site implements AsyncDisposable {
  readonly name: SiteName
  readonly program: Program
  readonly startMs: number
  readonly databaseFile: string
  /** How many people come back again and again, and ask who they are: more than there are browsers. */
  readonly regulars: number
  readonly #authorizeUrl: string
  readonly #states = new Set<string>()
  #nextNewPerson = FIRST_NEW_PERSON
  #logins = 0

  private constructor(options: Options, databaseFile: string, program: Program, startMs: number) {
    this.name = options.name
    this.program = program
    this.startMs = startMs
    this.databaseFile = databaseFile
    const { flow } = sites[options.name]
    // The constant reference knows one person alone.
    this.regulars = flow === 'none' ? 1 : 4 * options.browsers
    this.#authorizeUrl = options.dingtalk.origin + (flow === 'oauth2' ? '/oauth2/auth' : '/connect/qrconnect')
  }

  static async start(options: Options): Promise<Site> {
    const { name, dingtalk, directory, databaseName = `${name}.db`, browsers, settings } = options
    const { script, flow } = sites[name]
    const databaseFile = path.join(directory, databaseName)
    const env = {
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
      DATABASE_URL: `file:${databaseFile}`,
      SESSION_SECRETS: SECRET,
      RATE_LIMIT_PER_MINUTE: '1000000',
      LOG_LEVEL: 'info',
      ...settings,
    }
    const { program, startMs } = await Program.start(script, { env, cwd: directory, browsers })
    return new Site(options, databaseFile, program, startMs)
  }

  newPerson(): number {
    return this.#nextNewPerson++
  }

  /** What a click on the login button brings; gives the state. */
  async begin(cookies: Cookies): Promise<string> {
    const begun = await this.program.get('/ding_url')
    keepCookies(begun, cookies)
    const callbackUrl = `${this.program.origin}/callback`
    return stateOf(begun, { authorizeUrl: this.#authorizeUrl, callbackUrl, states: this.#states })
  }

  /** A whole login in a browser that nobody has used yet; gives its cookies. DingTalk's page is left out: no server has a part in it. */
  async logIn(person: number): Promise<Cookies> {
    const cookies: Cookies = new Map()
    const state = await this.begin(cookies)
    const code = codeOf(person, this.#logins++)
    const landed = await this.program.get(`/callback?code=${code}&state=${encodeURIComponent(state)}`, cookies)
    keepCookies(landed, cookies)
    const { sessionCookie } = sites[this.name]
    checkLanding(landed, { frontendUrl: FRONTEND_URL, person, cookies, sessionCookie })
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

  /** Runs one of the operator's commands on the server's database; gives what it prints. */
  async operate(args: string[]): Promise<string> {
    const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))
    const env = { DATABASE_URL: `file:${this.databaseFile}` }
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], { env })
    return stdout
  }

  /** Asks who is signed in; gives their id. */
  async checkSignedIn(cookies: Cookies | string, person: number): Promise<string> {
    return checkMe(await this.program.get('/me', cookies), person)
  }

  /** An application's request, which the reference's own login stops until it has signed the person in. */
  async #signInAtProvider(person: number): Promise<Cookies> {
    const cookies: Cookies = new Map()
    let next = authorizePath({ login_hint: String(person) })
    for (let step = 0; step < 3; step++) {
      const answer = await this.program.get(next, cookies)
      keepCookies(answer, cookies)
      next = locationOf(answer).replace(this.program.origin, '')
    }
    if (!next.startsWith(`${application.redirectUri}?`)) throw new Error(`the reference leads to ${next}`)
    return cookies
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]()
  }
}
