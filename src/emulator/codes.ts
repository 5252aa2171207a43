import { randomBytes } from 'node:crypto'
import { MINUTE } from '../time.js'
import type { Clock } from './clock.js'

/**
 * Five minutes are documented for the oauth2 code, and taken for the others.
 * https://open.dingtalk.com/document/development/obtain-identity-credentials
 */
export const CODE_LIFETIME_MS = 5 * MINUTE

interface Grant {
  kind: 'qrconnect' | 'oauth2' | 'loginTmpCode' | 'client'
  personId: string
  /** Whether the person agreed to `openid corpid`. */
  withCorpId: boolean
}

/** Temporary authorization codes: good once, for a while, in the flow they were issued for. */
export class Codes {
  readonly #clock: Clock
  readonly #grants = new Map<string, Grant & { expiresAt: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(grant: Grant): string {
    this.#dropExpired()
    const code = randomBytes(16).toString('hex')
    this.#grants.set(code, { ...grant, expiresAt: this.#clock.now() + CODE_LIFETIME_MS })
    return code
  }

  /** Takes the code away, so that it works once. A code of another kind stays as it is. */
  spend(code: string, kind: Grant['kind']): Grant | undefined {
    const grant = this.#grants.get(code)
    if (grant?.kind !== kind) return undefined
    this.#grants.delete(code)
    return grant.expiresAt > this.#clock.now() ? grant : undefined
  }

  reset(): void {
    this.#grants.clear()
  }

  #dropExpired(): void {
    const now = this.#clock.now()
    for (const [code, grant] of this.#grants) if (grant.expiresAt <= now) this.#grants.delete(code)
  }
}
