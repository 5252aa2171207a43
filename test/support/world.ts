import { readConfig } from '../../src/config/config.js'
import { createContext } from '../../src/context.js'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.js'
import { createLogger } from '../../src/log.js'
import { type RunningServer, startServer } from '../../src/server/server.js'
import { Browser } from './browser.js'
import { makeDatabase, type Row, type TestDatabase } from './database.js'

export const PUBLIC_URL = 'http://login.test'
export const FRONTEND_URL = 'http://front.test/'
export const FRONTEND = 'http://front.test'

/** A line of the server's log. */
export type LogLine = Record<string, unknown>

export interface World extends AsyncDisposable {
  dingtalk: Emulator
  /** A browser that nobody has used yet. */
  browser(): Browser
  /** The address at which the server really listens; browsers believe in PUBLIC_URL. */
  serverUrl: string
  /** Good where METRICS_PORT is set; 0 there is any free port. */
  metricsUrl: string
  /** A second process on the same database would be like this: another server with contexts of its own. */
  anotherServer(
    settings?: Record<string, string>,
  ): Promise<{ serverUrl: string; metricsUrl: string; browser(): Browser }>
  /** Stops all servers in their order, as SIGTERM would; the database stays. */
  close(): Promise<void>
  /** Lets time pass for the server, in milliseconds; the emulator has a clock of its own. */
  pass(ms: number): void
  /** What stands in the database, asked on a connection of the test's own. */
  sql(text: string): Promise<Row[]>
  count(table: 'User' | 'Session'): Promise<number>
  database: TestDatabase
  settings: Record<string, string>
  log: LogLine[]
}

/** The real server, the emulator and a database of their own, for one test. Settings are those of the environment. */
export async function createWorld(
  settings: Record<string, string> = {},
  emulatorOptions: EmulatorOptions = {},
): Promise<World> {
  const cleanUp = new CleanUp()
  const dingtalk = await startEmulator(emulatorOptions)
  cleanUp.defer(() => dingtalk.close())
  const database = await makeDatabase()
  cleanUp.defer(() => database.remove())
  const all: Record<string, string> = {
    ...defaultSettings(dingtalk.url),
    DATABASE_URL: database.url,
    ...settings,
  }

  const servers = new CleanUp()
  cleanUp.defer(() => servers.run())
  const log: LogLine[] = []
  let passed = 0
  const start = async (more: Record<string, string> = {}) => {
    const config = readConfig({ ...all, ...more })
    const logger = createLogger(config.logLevel, { write: (line) => void log.push(JSON.parse(line)) })
    const ctx = await createContext({ config, logger, now: () => Date.now() + passed })
    servers.defer(() => ctx[Symbol.asyncDispose]())
    const server: RunningServer = await startServer(ctx)
    servers.defer(() => server.close())
    const serverUrl = `http://127.0.0.1:${server.port}`
    const metricsUrl = `http://127.0.0.1:${server.metricsPort}/metrics`
    return { serverUrl, metricsUrl, browser: () => new Browser(serverUrl, all.PUBLIC_URL ?? PUBLIC_URL) }
  }

  const server = await start()
  return {
    ...server,
    dingtalk,
    anotherServer: start,
    close: () => servers.run(),
    pass: (ms) => {
      passed += ms
    },
    sql: (text) => database.sql(text),
    count: async (table) => Number((await database.sql(`SELECT count(*) AS n FROM "${table}"`))[0]?.n),
    database,
    settings: all,
    log,
    [Symbol.asyncDispose]: () => cleanUp.run(),
  }
}

/** What is to be undone at the end of a test, the last thing first. */
export class CleanUp {
  readonly #steps: (() => unknown)[] = []

  defer(step: () => unknown): void {
    this.#steps.push(step)
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step()
  }
}

/** A front end on the server's own site: there is nothing to warn of at the start. */
export const SAME_SITE = { FRONTEND_URL: `${PUBLIC_URL}/` }

/** The settings of a server that has this DingTalk. */
export function defaultSettings(dingtalkUrl: string): Record<string, string> {
  return {
    PORT: '0',
    HOST: '127.0.0.1',
    PUBLIC_URL,
    FRONTEND_URL,
    DINGTALK_APP_ID: 'dingemulator',
    DINGTALK_APP_SECRET: 'emulator-secret',
    DINGTALK_LOGIN_URL: dingtalkUrl,
    DINGTALK_OAPI_URL: dingtalkUrl,
    DINGTALK_API_URL: dingtalkUrl,
    SESSION_SECRETS: 'a-secret-for-tests-of-32-characters-or-more',
  }
}
