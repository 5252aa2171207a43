import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Config, readConfig } from '../config/config.js'
import { createContext } from '../context.js'
import { APP, startEmulator } from '../emulator/emulator.js'
import { createLogger } from '../log.js'
import { isPortTaken, listenFailure } from '../server/listen.js'
import { startServer } from '../server/server.js'
import { startFrontEnd } from './front-end.js'
import { writeHistory } from './history/write-history.js'
import { startOpenidApp } from './openid-app.js'
import { registerOpenidApp } from './register-at-server.js'

/** The emulator lets anyone sign in as anyone: the demo is for this machine alone. */
const HOST = '127.0.0.1'
/** The emulator's first person. */
const ADMINISTRATOR = 'zhangsan'

interface DemoOptions {
  emulatorPort: number
  serverPort: number
  frontEndPort: number
  openidAppPort: number
  /** Keeps the database and the secret, so that people stay signed in when the demo is started again. */
  directory: string
  logLevel: string
  /** Whether ninety days of history are made up, where there are none yet. */
  withHistory?: boolean
}

/** The demo, once all of it runs. */
interface Demo extends Urls {
  close(): Promise<void>
}

interface Urls {
  frontEndUrl: string
  openidAppUrl: string
  serverUrl: string
  emulatorUrl: string
  /** Whose scan opens the console. */
  administrator: string
}

/**
 * Starts the emulator, the login server, a front end that uses it and an application that speaks OpenID Connect with it.
 * @throws where a port is taken, with its number; nothing is left running then
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const opened: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of opened.splice(0).reverse()) await step()
  }
  try {
    return { ...(await open(options, opened)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Adds to `opened` how each part is closed. */
async function open(options: DemoOptions, opened: (() => Promise<void>)[]): Promise<Urls> {
  const emulator = await onPort('EMULATOR_PORT', () => startEmulator({ port: options.emulatorPort, host: HOST }))
  opened.push(() => emulator.close())

  const serverUrl = `http://localhost:${options.serverPort}`
  const openidAppUrl = `http://localhost:${options.openidAppPort}`
  const frontEnd = await onPort('FRONTEND_PORT', () =>
    startFrontEnd({ port: options.frontEndPort, host: HOST, loginServer: serverUrl, openidApp: openidAppUrl }),
  )
  opened.push(() => frontEnd.close())

  const { nick: administrator, unionId } = emulator.person(ADMINISTRATOR)
  const urls = { serverUrl, frontEndUrl: frontEnd.url, openidAppUrl, emulatorUrl: emulator.url, administrator }
  const config = demoConfig(options, urls, unionId)
  if (options.withHistory) await inventHistory(config)
  const ctx = await createContext({ config, logger: createLogger(config.logLevel) })
  opened.push(() => ctx[Symbol.asyncDispose]())
  const server = await onPort('PORT', () => startServer(ctx))
  opened.push(() => server.close())

  const { databaseUrl, publicUrl: issuer } = config
  const registration = await registerOpenidApp({ databaseUrl, audit: ctx.audit, issuer, appUrl: openidAppUrl })
  const openidApp = await onPort('OPENID_APP_PORT', () =>
    startOpenidApp({ port: options.openidAppPort, host: HOST, ...registration }),
  )
  opened.push(() => openidApp.close())
  return urls
}

/** The server's settings, with the emulator in DingTalk's place. */
function demoConfig(
  { serverPort, directory, logLevel }: DemoOptions,
  { serverUrl, frontEndUrl, emulatorUrl }: Urls,
  administratorId: string,
): Config {
  return readConfig({
    PORT: String(serverPort),
    HOST,
    PUBLIC_URL: serverUrl,
    FRONTEND_URL: `${frontEndUrl}/`,
    DINGTALK_APP_ID: APP.id,
    DINGTALK_APP_SECRET: APP.secret,
    DINGTALK_LOGIN_URL: emulatorUrl,
    DINGTALK_OAPI_URL: emulatorUrl,
    DINGTALK_API_URL: emulatorUrl,
    DINGTALK_PROFILE: 'directory',
    DINGTALK_CORP_ID: APP.corpId,
    DINGTALK_EVENTS: 'stream',
    ADMINS: administratorId,
    DATABASE_URL: `file:${path.join(directory, 'demo.db')}`,
    SESSION_SECRETS: keptSecret(directory),
    LOG_LEVEL: logLevel,
  })
}

async function inventHistory({ databaseUrl, session }: Config): Promise<void> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  await writeHistory({ databaseUrl, session, timeZone, now: new Date() })
}

/** A secret that is made at the first start, and kept. */
function keptSecret(directory: string): string {
  const file = path.join(directory, 'demo-secret')
  mkdirSync(directory, { recursive: true })
  try {
    writeFileSync(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8')
}

async function onPort<T>(setting: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    const why = isPortTaken(error) ? `Port ${error.port} is taken` : listenFailure(error, setting)
    if (why === undefined) throw error
    throw new Error(`${why}. Free it, or choose another with ${setting}=… npm run demo.`)
  }
}
