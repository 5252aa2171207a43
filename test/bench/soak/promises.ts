import { type ErrorCode, errorTable } from '../../../src/errors.js'
import { SECOND } from '../../../src/time.js'
import { type Answer, WrongAnswer } from '../answers.js'
import type { FaultKind, Faults, Moment } from './faults.js'

/** What is asked of the server. */
export type Step = 'ding_url' | 'callback' | 'me' | 'verify' | 'authorize' | 'token' | 'userinfo' | 'logout'

export type DatabaseKind = 'SQLite' | 'PostgreSQL'

/** What was asked, and what came of it. */
export interface Exchange extends Moment {
  step: Step
  answer: Answer
}

/**
 * Longer than usual: a DingTalk that runs on a machine with other work must not seem to be away when it is not.
 */
export const DINGTALK_TIMEOUT_MS = 15 * SECOND
/** While one call in a while finds out whether DingTalk is back, and that one may wait for it in vain. */
export const DINGTALK_GRACE_MS = DINGTALK_TIMEOUT_MS + 10 * SECOND
/** What waits for a connection, or for a statement, gives it up meanwhile. */
const DATABASE_GRACE_MS = 15 * SECOND

const WRITING: readonly Step[] = ['callback', 'authorize', 'token', 'logout']
const READING: readonly Step[] = ['me', 'verify', 'userinfo']

interface Promised {
  fault: FaultKind
  code: ErrorCode
  steps: readonly Step[]
  graceMs: number
}

/** What may be refused, and how. Nobody who is in notices that DingTalk is away. */
function promisedOf(database: DatabaseKind): Promised[] {
  const dingtalk = { steps: ['callback'] as const, graceMs: DINGTALK_GRACE_MS }
  // A lock of SQLite keeps nobody from reading.
  const steps = database === 'SQLite' ? WRITING : [...WRITING, ...READING]
  return [
    { ...dingtalk, fault: 'throttled', code: 'dingtalk_unavailable' },
    { ...dingtalk, fault: 'dead', code: 'dingtalk_unavailable' },
    { ...dingtalk, fault: 'dead', code: 'dingtalk_timeout' },
    // Each statement is tried again for two seconds, in which its next connection may be lost as well.
    { fault: 'lost', code: 'service_unavailable', steps, graceMs: DATABASE_GRACE_MS },
    { fault: 'away', code: 'service_unavailable', steps, graceMs: DATABASE_GRACE_MS },
  ]
}

/**
 * The code of a refusal that is promised for such a moment; undefined where the answer is something else.
 * @throws {WrongAnswer} where the code is promised, but the rest of the answer is not as it should be
 */
export function promisedRefusal(exchange: Exchange, faults: Faults, database: DatabaseKind): ErrorCode | undefined {
  const { step, answer } = exchange
  const given = errorOf(answer)
  const isOauth = step === 'token' || step === 'userinfo'
  const code = isOauth && given === 'temporarily_unavailable' ? 'service_unavailable' : given
  const promised = promisedOf(database).find(
    (one) => one.code === code && one.steps.includes(step) && faults.touch(one.fault, exchange, one.graceMs),
  )
  if (!promised) return undefined
  const { status } = errorTable[promised.code]
  if (answer.status !== status) throw new WrongAnswer(`${given} with status ${answer.status}`)
  if (status === 503 && !answer.headers['retry-after']) throw new WrongAnswer(`${given} without Retry-After`)
  return promised.code
}

/** The code of an error; undefined where the answer is none. */
export function errorOf({ status, body }: Answer): string | undefined {
  if (status < 400) return undefined
  try {
    const { error }: { error?: unknown } = JSON.parse(body)
    return typeof error === 'string' ? error : undefined
  } catch {
    return undefined
  }
}
