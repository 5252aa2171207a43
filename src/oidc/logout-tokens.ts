import { randomUUID } from 'node:crypto'
import { setInterval as each, setTimeout as wait } from 'node:timers/promises'
import axios from 'axios'
import { importJWK, SignJWT } from 'jose'
import { AppError } from '../errors.js'
import { bugFields, errorFields, type Logger } from '../log.js'
import type { ApplicationSessionRows, EndedApplicationSession } from '../services/application-session.js'
import type { Audit } from '../services/audit.js'
import { HOUR, MINUTE, SECOND } from '../time.js'
import { ALGORITHM, type SigningKeys } from './signing-keys.js'

const LOOK_EVERY_MS = SECOND
/** How long an application may take to answer, and how long another process leaves it to this one. */
const TIMEOUT_MS = 5 * SECOND
const LEASE_MS = 30 * SECOND
/** The second try, and how far apart later ones are at most. */
const FIRST_WAIT_MS = 5 * SECOND
const LAST_WAIT_MS = 5 * MINUTE
const TRY_FOR_MS = HOUR
const TOKEN_SECONDS = 120
/** So many are told at a time: of one application fewer, so that one that hangs does not hold the others up. */
const AT_ONCE = 32
const AT_ONCE_OF_ONE = 4
/** At the end of the process: what is not done by then is done by the next one. */
const FINISH_WITHIN_MS = 2 * SECOND
const MAX_RESPONSE_BYTES = 64 * 1024

interface Options {
  rows: ApplicationSessionRows
  keys: SigningKeys
  issuer: string
  audit: Audit
  logger: Pick<Logger, 'error'>
  now: () => number
}

/**
 * Tells applications that sessions have ended: https://openid.net/specs/openid-connect-backchannel-1_0.html
 * The queue is in the database, where the end of a session puts it by itself; of several processes one tells each.
 */
export class LogoutTokens {
  readonly #options: Options
  readonly #stopped = new AbortController()
  /** What is being told at this moment, by application. */
  readonly #running = new Map<string, Set<Promise<void>>>()

  constructor(options: Options) {
    this.#options = options
  }

  /** Looks each second, until `close`. */
  async start(): Promise<void> {
    try {
      for await (const _ of each(LOOK_EVERY_MS, undefined, { signal: this.#stopped.signal, ref: false })) {
        await this.look().catch((error: unknown) => this.#report(error))
      }
    } catch {
      // Only the stop ends the wait for the next second.
    }
  }

  async close(): Promise<void> {
    this.#stopped.abort()
    await Promise.race([this.settled(), wait(FINISH_WITHIN_MS, undefined, { ref: false })])
  }

  /** Begins to tell what is due. */
  async look(): Promise<void> {
    const { rows, now } = this.#options
    for (const session of await rows.due(new Date(now()))) {
      if (session.logoutUri === null) await rows.remove(session.sid)
      // Behind the others: what cannot be told yet must not hold up what can.
      else if (this.#isBusy(session)) await this.#postpone(session, FIRST_WAIT_MS)
      else await this.#take(session, session.logoutUri)
    }
  }

  /** Tells it, unless another process does. */
  async #take(session: EndedApplicationSession, uri: string): Promise<void> {
    const leased = await this.#postpone(session, LEASE_MS)
    if (leased) this.#run(leased, uri)
  }

  /** Once all that is being told at this moment has ended, one way or the other. */
  async settled(): Promise<void> {
    await Promise.all([...this.#running.values()].flatMap((runs) => [...runs]))
  }

  /** As it is then; undefined where another process was quicker. */
  async #postpone(session: EndedApplicationSession, ms: number, triedAt = session.triedAt) {
    const nextTryAt = new Date(this.#options.now() + ms)
    return (await this.#options.rows.postpone(session, nextTryAt, triedAt))
      ? { ...session, nextTryAt, triedAt }
      : undefined
  }

  #isBusy({ applicationId }: EndedApplicationSession): boolean {
    const all = [...this.#running.values()].reduce((sum, { size }) => sum + size, 0)
    return all >= AT_ONCE || (this.#running.get(applicationId)?.size ?? 0) >= AT_ONCE_OF_ONE
  }

  #run(session: EndedApplicationSession, uri: string): void {
    const runs = this.#running.get(session.applicationId) ?? new Set()
    this.#running.set(session.applicationId, runs)
    const run = this.#tell(session, uri)
      .catch((error: unknown) => this.#report(error))
      .finally(() => {
        runs.delete(run)
        if (runs.size === 0) this.#running.delete(session.applicationId)
      })
    runs.add(run)
  }

  async #tell(session: EndedApplicationSession, uri: string): Promise<void> {
    const { rows, audit, now } = this.#options
    const { sid, applicationId: application, userId } = session
    const failure = await send(uri, await this.#token(session))
    if (failure === undefined) {
      await rows.remove(sid)
      audit.applicationToldOfLogout({ application, userId, sid })
      return
    }
    const triedAt = session.triedAt ?? new Date(now())
    const triedForMs = now() - triedAt.getTime()
    if (triedForMs >= TRY_FOR_MS) {
      await rows.remove(sid)
      audit.applicationNotToldOfLogout({ application, userId, sid, failure })
      return
    }
    const waitMs = Math.min(LAST_WAIT_MS, Math.max(FIRST_WAIT_MS, triedForMs))
    await this.#postpone(session, waitMs, triedAt)
  }

  /**
   * Another one for each try, as it lives two minutes.
   * @NOTE without `sub`: some clients would take it as the end of all sessions of that person.
   */
  async #token({ sid, applicationId }: EndedApplicationSession): Promise<string> {
    const [key] = (await this.#options.keys.current()).private
    if (!key?.kid) throw new Error('there is no key to sign with')
    return new SignJWT({ sid, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: 'logout+jwt' })
      .setIssuer(this.#options.issuer)
      .setAudience(applicationId)
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_SECONDS}s`)
      .setJti(randomUUID())
      .sign(await importJWK(key, ALGORITHM))
  }

  #report(error: unknown): void {
    const fields = error instanceof AppError ? errorFields(error) : bugFields(error)
    this.#options.logger.error(fields, 'applications could not be told of logouts')
  }
}

/**
 * Sends the token; returns what went wrong, in a word.
 * @NOTE never the error itself: it holds the request, and with it the token.
 */
async function send(uri: string, token: string): Promise<string | undefined> {
  try {
    const { status } = await axios.post<unknown>(uri, new URLSearchParams({ logout_token: token }), {
      maxRedirects: 0,
      maxContentLength: MAX_RESPONSE_BYTES,
      responseType: 'text',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      validateStatus: () => true,
      proxy: false,
    })
    return status >= 200 && status < 300 ? undefined : `HTTP ${status}`
  } catch (error) {
    return axios.isAxiosError(error) ? (error.code ?? 'no response') : 'no response'
  }
}
