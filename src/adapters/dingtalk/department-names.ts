import { z } from 'zod'
import { ConcurrencyLimit } from '../../concurrency-limit.js'
import { DingTalkError } from '../../errors.js'
import { SingleFlight } from '../../single-flight.js'
import { MINUTE, SECOND, withinOr } from '../../time.js'
import type { DirectoryCalls } from './directory-calls.js'
import { text } from './directory-fields.js'
import { isWithoutPermission } from './error-table.js'

/** How long a name is taken for what it was, at most. */
const FRESH_MS = 10 * MINUTE
const MAX_KEPT = 20_000
/** Of the names that one person needs, so many are asked for at once: the next reading asks for the others. */
const MAX_ASKED = 20
const WAIT_MS = SECOND
/** DingTalk counts the calls of a second. */
const MAX_CALLS = { maxRunning: 3, maxWaiting: 1000 }

/** The `errcode` for a department that is not there. */
const NO_SUCH_DEPARTMENT = '60003'

interface Options {
  calls: DirectoryCalls
  now: () => number
  /** How often people are looked up again, in milliseconds: their departments' names are as old at most. */
  recheckMs?: number | undefined
}

interface Kept {
  name: string | null
  /** Milliseconds since 1970; 0: to be asked for again. */
  readAt: number
}

/** The organisation itself. */
const ROOT_ID = 1

const CALL = { call: 'department/get', path: '/topapi/v2/department/get' }
/** https://open.dingtalk.com/document/development/query-department-details0-v2 */
const response = z.object({ result: z.object({ name: text }) })

/** What departments are called: each is asked for once, however many wait, and kept for ten minutes. */
export class DepartmentNames {
  readonly #options: Options
  /** By how often names had been forgotten, and id. */
  readonly #asking = new SingleFlight<string, void>()
  readonly #kept = new Map<number, Kept>()
  readonly #limit = new ConcurrencyLimit(MAX_CALLS)
  readonly #freshMs: number
  #forgotten = 0

  constructor(options: Options) {
    this.#options = options
    // 0: nobody is looked up again.
    this.#freshMs = Math.min(FRESH_MS, options.recheckMs || FRESH_MS)
  }

  /** Their names, by id; null where DingTalk does not say one. Never rejects. */
  async of(ids: readonly number[]): Promise<Map<number, string | null>> {
    const old = ids.filter((id) => !this.#isFresh(id)).slice(0, MAX_ASKED)
    const asking = old.map((id) => this.#asking.run(`${this.#forgotten} ${id}`, () => this.#askInTurn(id)))
    // A login does not wait for names: those that come later are there for the next reading.
    await withinOr(Promise.all(asking), WAIT_MS, [])
    return new Map(ids.map((id) => [id, this.#kept.get(id)?.name ?? null]))
  }

  /** @throws {DingTalkError} */
  async mayBeRead(): Promise<boolean> {
    const body = { dept_id: ROOT_ID }
    try {
      await this.#options.calls.ask({ ...CALL, body, response })
      return true
    } catch (error) {
      if (isWithoutPermission(error, CALL.call)) return false
      throw error
    }
  }

  /** What is being asked for at this moment may be answered with the name of before: it is not taken for fresh. */
  forget(ids: readonly number[]): void {
    this.#forgotten++
    for (const id of ids) {
      const kept = this.#kept.get(id)
      if (kept) kept.readAt = 0
    }
  }

  #isFresh(id: number): boolean {
    const ageMs = this.#options.now() - (this.#kept.get(id)?.readAt ?? 0)
    return ageMs >= 0 && ageMs < this.#freshMs
  }

  async #askInTurn(id: number): Promise<void> {
    if (!(await this.#limit.enter())) return
    await this.#ask(id).finally(() => this.#limit.leave())
  }

  async #ask(id: number): Promise<void> {
    const [askedAt, forgotten] = [this.#options.now(), this.#forgotten]
    const keep = (name: string | null) => {
      const isCurrent = forgotten === this.#forgotten
      if (isCurrent || !this.#isFresh(id)) this.#keep(id, { name, readAt: isCurrent ? askedAt : 0 })
    }
    try {
      const { result } = await this.#options.calls.ask({ ...CALL, body: { dept_id: id }, response })
      keep(result.name)
    } catch (error) {
      // Else the name of before is better than none, and it is asked for again the next time.
      if (isWithoutPermission(error, CALL.call) || isGone(error)) keep(null)
    }
  }

  #keep(id: number, kept: Kept): void {
    this.#kept.delete(id)
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined && this.#kept.size >= MAX_KEPT) this.#kept.delete(oldest)
    this.#kept.set(id, kept)
  }
}

function isGone(error: unknown): boolean {
  return error instanceof DingTalkError && error.failure.upstreamCode === NO_SUCH_DEPARTMENT
}
