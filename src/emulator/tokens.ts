import { randomBytes } from 'node:crypto'
import { SECOND } from '../time.js'
import type { Clock } from './clock.js'

/**
 * Two hours, for the app and for a person.
 * https://open.dingtalk.com/document/development/obtain-orgapp-token
 * https://open.dingtalk.com/document/development/obtain-user-token
 */
export const TOKEN_LIFETIME_S = 7200

interface AppToken {
  value: string
  expiresAt: number
}

/** Access tokens: one for the app at a time, one for each login of a person. */
export class Tokens {
  readonly #clock: Clock
  readonly #people = new Map<string, { personId: string; expiresAt: number }>()
  #app: AppToken[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The app's token, the same until it expires, and the seconds it has left. */
  forApp(): { token: string; expiresInS: number } {
    const now = this.#clock.now()
    let current = this.#app.at(-1)
    if (!current || current.expiresAt <= now) {
      current = { value: randomBytes(16).toString('hex'), expiresAt: now + TOKEN_LIFETIME_S * SECOND }
      this.#app.push(current)
    }
    return { token: current.value, expiresInS: Math.ceil((current.expiresAt - now) / SECOND) }
  }

  checkApp(token: string): 'good' | 'expired' | 'unknown' {
    const known = this.#app.find(({ value }) => value === token)
    if (!known) return 'unknown'
    return known.expiresAt > this.#clock.now() ? 'good' : 'expired'
  }

  expireApp(): void {
    for (const token of this.#app) token.expiresAt = Math.min(token.expiresAt, this.#clock.now())
  }

  forPerson(personId: string): string {
    const token = randomBytes(16).toString('hex')
    this.#people.set(token, { personId, expiresAt: this.#clock.now() + TOKEN_LIFETIME_S * SECOND })
    return token
  }

  personOf(token: string): string | undefined {
    const login = this.#people.get(token)
    return login && login.expiresAt > this.#clock.now() ? login.personId : undefined
  }

  reset(): void {
    this.#app = []
    this.#people.clear()
  }
}
