import { execFile } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { request } from 'undici'
import { APP, DEPARTMENT, type Emulator, makePerson, startEmulator } from '../../../src/emulator/emulator.js'
import { SECOND } from '../../../src/time.js'
import { freePort, lastingPort } from '../../support/command.js'
import { application, authorizationOf } from '../application.js'
import { Door } from '../door.js'
import { nickOf, unionIdOf } from '../people.js'
import { Program } from '../program.js'
import { SECRET } from '../site.js'
import type { Cluster } from './cluster.js'
import { type FaultKind, Faults } from './faults.js'
import { Line } from './line.js'
import type { Person } from './model.js'
import { type DatabaseKind, DINGTALK_TIMEOUT_MS } from './promises.js'

const MAIN = fileURLToPath(new URL('../../../../dist/cli/main.js', import.meta.url))
const BROWSERS = 64

export const FRONTEND_URL = 'http://front.test/'

export interface Settings {
  flow: 'qrconnect' | 'oauth2'
  /** Undefined for SQLite. */
  cluster: Cluster | undefined
  /** Where the database lies, if it is a file. */
  directory: string
  logFile: string
  recheckMs: number
  maxAgeMs: number
}

/** The compiled server as an operator runs it, with a DingTalk and a database of its own. */
export class Deployment implements AsyncDisposable {
  readonly name: string
  readonly database: DatabaseKind
  readonly settings: Settings
  readonly faults = new Faults()
  readonly dingtalk: Emulator
  readonly program: Program
  readonly metricsUrl: string
  /** By which people and applications come. */
  door: Door
  /** What the application identifies itself with. */
  authorization = ''
  readonly #line: Line
  readonly #databaseUrl: string

  private constructor(
    settings: Settings,
    parts: { dingtalk: Emulator; line: Line; program: Program; metricsPort: number; databaseUrl: string },
  ) {
    this.settings = settings
    this.database = settings.cluster ? 'PostgreSQL' : 'SQLite'
    this.name = `${this.database}, ${settings.flow}`
    this.dingtalk = parts.dingtalk
    this.program = parts.program
    this.door = new Door(this.program.origin, BROWSERS)
    this.metricsUrl = `http://127.0.0.1:${parts.metricsPort}/metrics`
    this.#line = parts.line
    this.#databaseUrl = parts.databaseUrl
  }

  static async start(settings: Settings): Promise<Deployment> {
    const { flow, cluster, directory, logFile } = settings
    const line = await Line.open(await lastingPort())
    const dingtalkPort = await freePort()
    const dingtalk = await startEmulator({ port: dingtalkPort, people: [], publicUrl: line.origin })
    line.leadTo(dingtalkPort)
    const databaseUrl = cluster ? await cluster.createDatabase(flow) : `file:${path.join(directory, `${flow}.db`)}`
    const metricsPort = await freePort()
    const env = environmentOf(settings, { dingtalkUrl: line.origin, databaseUrl, metricsPort })
    const surroundings = { env, cwd: directory, browsers: 1, log: logFile }
    const { program } = await Program.start('dist/cli/main.js start', surroundings)
    const deployment = new Deployment(settings, { dingtalk, line, program, metricsPort, databaseUrl })
    await deployment.#addApplications()
    return deployment
  }

  /** Runs one of the operator's commands; gives what it prints. */
  async operate(...args: string[]): Promise<string> {
    const env = { DATABASE_URL: this.#databaseUrl }
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args], { env })
    return stdout
  }

  /** Somebody joins the organisation. */
  join({ number, isInLab }: Person): void {
    const departments = [isInLab ? DEPARTMENT.research : DEPARTMENT.market]
    const id = String(number)
    this.dingtalk.addPerson(makePerson({ id, nick: nickOf(number), unionId: unionIdOf(number), departments }))
  }

  /** What this person's consent brings: the path of the callback. */
  async consent(authorizeUrl: string, { number }: Person): Promise<string> {
    const page = new URL(authorizeUrl)
    page.searchParams.set('person', String(number))
    // Not by the line: a browser has a way of its own.
    const url = new URL(page.pathname + page.search, this.#line.target)
    // On a connection of its own: the emulator closes idle ones.
    const { headers, body } = await request(url, { reset: true })
    await body.dump()
    const callback = new URL(String(headers.location))
    if (callback.origin !== this.program.origin) throw new Error(`DingTalk sends to ${callback.origin}`)
    return callback.pathname + callback.search
  }

  /** DingTalk's login page, as the server sends browsers there. */
  get authorizeUrl(): string {
    return this.#line.origin + (this.settings.flow === 'oauth2' ? '/oauth2/auth' : '/connect/qrconnect')
  }

  /** Lets this go wrong for so long; `onCluster` is what is done to a PostgreSQL that several share. */
  async suffer(kind: FaultKind, lastsMs: number, onCluster: Promise<void> | undefined): Promise<void> {
    const isFile = this.database === 'SQLite'
    if (kind === 'lost' && isFile) return
    await this.faults.during(kind, async () => {
      if (kind === 'throttled') await this.#throttle(lastsMs)
      else if (kind === 'dead') await this.#die(lastsMs)
      else if (isFile) await this.#lock(lastsMs)
      else await onCluster
    })
  }

  async #throttle(lastsMs: number): Promise<void> {
    this.#line.throttle()
    await sleep(lastsMs)
    await this.#line.mend()
  }

  /** Half of the time connections are refused, half of it nothing answers. */
  async #die(lastsMs: number): Promise<void> {
    await this.#line.refuse()
    await sleep(lastsMs / 2)
    await this.#line.silence()
    await sleep(lastsMs / 2)
    await this.#line.mend()
  }

  async #lock(lastsMs: number): Promise<void> {
    const connection = new Sqlite(this.#databaseUrl.slice('file:'.length))
    connection.exec('BEGIN EXCLUSIVE')
    await sleep(lastsMs)
    connection.exec('ROLLBACK')
    connection.close()
  }

  /** Everybody leaves for a while. */
  async hangUp(): Promise<void> {
    await this.door.leave()
    this.door = new Door(this.program.origin, BROWSERS)
  }

  async #addApplications(): Promise<void> {
    const { id, redirectUri } = application
    const added = await this.operate('apps', 'add', id, '--name', 'Soak', '--redirect-uri', redirectUri, '--json')
    this.authorization = authorizationOf(JSON.parse(added).secret)
    await this.operate('groups', 'add', 'lab', '--department', String(DEPARTMENT.research))
    await this.operate('apps', 'add', 'lab', '--name', 'Lab', '--proxy', '--group', 'lab')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.door.leave()
    await this.program[Symbol.asyncDispose]()
    await this.dingtalk.close()
    await this.#line[Symbol.asyncDispose]()
  }
}

function environmentOf(
  { flow, recheckMs, maxAgeMs }: Settings,
  { dingtalkUrl, databaseUrl, metricsPort }: { dingtalkUrl: string; databaseUrl: string; metricsPort: number },
): Record<string, string> {
  return {
    // In production the server refuses a DingTalk on this machine.
    NODE_ENV: '',
    FRONTEND_URL,
    DINGTALK_FLOW: flow,
    DINGTALK_APP_ID: APP.id,
    DINGTALK_APP_SECRET: APP.secret,
    DINGTALK_LOGIN_URL: dingtalkUrl,
    DINGTALK_OAPI_URL: dingtalkUrl,
    DINGTALK_API_URL: dingtalkUrl,
    DINGTALK_TIMEOUT: seconds(DINGTALK_TIMEOUT_MS),
    DINGTALK_PROFILE: 'directory',
    DINGTALK_EVENTS: 'stream',
    MEMBERSHIP_RECHECK: seconds(recheckMs),
    SESSION_MAX_AGE: seconds(maxAgeMs),
    SESSION_IDLE_TIMEOUT: seconds(maxAgeMs),
    DATABASE_URL: databaseUrl,
    SESSION_SECRETS: SECRET,
    RATE_LIMIT_PER_MINUTE: '1000000',
    METRICS_PORT: String(metricsPort),
  }
}

const seconds = (ms: number) => `${Math.ceil(ms / SECOND)}s`
