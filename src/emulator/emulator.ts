import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { closeAtOnce, listen } from '../server/listen.js'
import { openApiRoutes } from './apis/api.js'
import type { ApiCall, Fault } from './apis/faults.js'
import { oapiRoutes } from './apis/oapi.js'
import { oapiRefusal } from './apis/refusals.js'
import { avatarRoutes } from './avatar.js'
import { type ClientApplication, clientCode } from './client-codes.js'
import { controlRoutes } from './control/control.js'
import type { JournalCall, JournalEntry } from './journal.js'
import { authorizeRoutes } from './login/authorize.js'
import { scanRoutes } from './login/scan.js'
import type { Departments } from './organisation/departments.js'
import type { Permissions } from './organisation/permissions.js'
import type { Roles } from './organisation/roles.js'
import { requireOwnHost } from './own-host.js'
import { notFoundPage } from './pages/login-pages.js'
import { pageHeaders, sendPage } from './pages/send-page.js'
import { textsFor } from './pages/texts.js'
import { makeParts, type PartOptions, type Parts } from './parts.js'
import type { Person, PersonChange } from './person.js'
import { acceptStreams } from './stream/accept-streams.js'
import type { Stream } from './stream/stream.js'

export { type ApiCall, apiCalls, type Fault } from './apis/faults.js'
export { CODE_LIFETIME_MS } from './codes.js'
export { APP } from './known-app.js'
export { TICKET_LIFETIME_MS } from './login/tickets.js'
export { DEPARTMENT } from './organisation/departments.js'
export { ROLE } from './organisation/roles.js'
export { makePerson, type Person } from './person.js'
export { RESEND_AFTER_MS } from './stream/deliveries.js'
export { STREAM_TICKET_LIFETIME_MS } from './stream/stream-tickets.js'

export interface EmulatorOptions extends PartOptions {
  /** 0, the default, is any free port. */
  port?: number
  /** Default 127.0.0.1; empty for all addresses. */
  host?: string
  /** The origin that browsers and phones use. Default http://localhost:<port>. */
  publicUrl?: string
}

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  /** Its origin, without a slash at the end: the value of all three DINGTALK_…_URL settings. */
  url: string
  /** Lets the next calls of this API go wrong; the faults of one API happen in the order they were ordered. */
  failNext(call: ApiCall, fault: Fault, times?: number): void
  /** What was asked, oldest first; the last 10,000 entries. */
  journal(): JournalEntry[]
  clearJournal(): void
  /** The journal's next entry of this kind: something to wait for. */
  nextCall(call: JournalCall): Promise<JournalEntry>
  /** Moves the clock by which timestamps, codes, tokens and QR codes are judged. */
  moveClock(byMs: number): void
  /** Ends the app's token before its time. */
  expireAppTokens(): void
  /** @throws on an unknown id */
  person(id: string): Person
  /** @throws on an unknown id */
  changePerson(id: string, change: PersonChange): void
  /** @throws when an identifier is taken */
  addPerson(person: Person): void
  departments: Departments
  roles: Roles
  /** What the application may ask. */
  permissions: Permissions
  /**
   * The code that the DingTalk client of a person would get.
   * @throws on an unknown id, and on somebody who is no employee
   */
  clientCode(personId: string, application?: ClientApplication): string
  /** The gateway of events. */
  stream: Stream
  /** Takes everything back to the beginning: the organisation and its people, permissions, clock, faults, journal, codes, tokens. */
  reset(): void
  /** Stops, and drops the connections that are open. */
  close(): Promise<void>
}

/**
 * Starts an emulator of DingTalk's login pages and APIs.
 * @throws in production, and when the port is taken
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  refuseProduction()
  const server = createServer()
  const port = await listen(server, { port: options.port ?? 0, host: options.host ?? '127.0.0.1' })
  const parts = makeParts(new URL(options.publicUrl ?? `http://localhost:${port}`).origin, options)
  server.on('request', createApp(parts))
  acceptStreams(server, parts)
  return runningEmulator(server, parts)
}

function runningEmulator(server: Server, parts: Parts): Emulator {
  const { publicUrl, clock, departments, roles, permissions, people, faults, journal, tokens, reset } = parts
  let closed: Promise<void> | undefined
  const close = () => {
    parts.stream.close()
    closed ??= closeAtOnce(server)
    return closed
  }
  return {
    url: publicUrl,
    failNext: (call, fault, times) => faults.order(call, fault, times),
    journal: () => journal.entries(),
    clearJournal: () => journal.reset(),
    nextCall: (call) => journal.next(call),
    moveClock: (byMs) => clock.move(byMs),
    expireAppTokens: () => tokens.expireApp(),
    person: (id) => people.get(id),
    changePerson: (id, change) => {
      people.change(id, change)
    },
    addPerson: (person) => people.add(person),
    departments,
    roles,
    permissions,
    clientCode: (personId, application = 'organisation') => clientCode(parts, personId, application),
    stream: parts.stream,
    reset,
    close,
    [Symbol.asyncDispose]: close,
  }
}

// Reached from src/ and from dist/ alike: the compiler does not copy them.
const ASSETS = fileURLToPath(new URL('./assets/', import.meta.url))

function createApp(parts: Parts): Express {
  const { calls, journal, publicUrl } = parts
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use(requireOwnHost(publicUrl))
  app.use('/assets', express.static(ASSETS))
  app.use('/_emulator', controlRoutes(parts))
  app.use(avatarRoutes(parts))
  app.use(authorizeRoutes(parts))
  app.use(scanRoutes(parts))
  app.use(calls.redirectTargets())
  app.use(oapiRoutes(parts))
  app.use(openApiRoutes(parts))
  app.get('/', (_req, res) => res.redirect('/_emulator'))
  app.get('/favicon.ico', (_req, res) => {
    res.status(204).end()
  })
  app.get('/*path', pageHeaders("'none'"), (req, res) => {
    journal.record('unknown', '404', req)
    sendPage(res, notFoundPage(textsFor(req)), 404)
  })
  app.use(calls.unknown(() => oapiRefusal(404)))
  app.use(sayFailure)
  return app
}

/** For a body that cannot be read, or a bug of the emulator: DingTalk has no such response. */
const sayFailure: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) return next(error)
  res.status(500).json({ code: 'emulatorFailed', message: error instanceof Error ? error.message : String(error) })
}

function refuseProduction(): void {
  if (process.env.NODE_ENV?.toLowerCase() !== 'production') return
  throw new Error('The DingTalk emulator lets anyone sign in as anyone: it refuses to run with NODE_ENV=production.')
}
