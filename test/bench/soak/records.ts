import type { ErrorCode } from '../../../src/errors.js'

/** What is done again and again. */
export type OperationName =
  | 'first login'
  | 'returning login'
  | 'login in a used browser'
  | 'refused login'
  | 'me'
  | 'verify'
  | 'verify of an application'
  | 'application login'
  | 'userinfo'
  | 'logout'
  | 'after the end'

export interface OperationFigures {
  count: number
  p50Ms: number
  p99Ms: number
}

/** What came of the operations of a while. */
export interface Outcomes {
  operations: Partial<Record<OperationName, OperationFigures>>
  /** Refusals that were promised, by their code. */
  refusals: Partial<Record<ErrorCode, number>>
  wrong: number
}

/** Counts what comes of the operations. */
export class Records {
  /** Every wrong answer there has been. */
  readonly wrong: { at: number; what: string; why: string }[] = []
  readonly #say: (text: string) => void
  #latenciesMs = new Map<OperationName, number[]>()
  #refusals: Outcomes['refusals'] = {}
  #wrongBefore = 0

  /** Whoever waits is told of a wrong answer at once. */
  constructor(say: (text: string) => void) {
    this.#say = say
  }

  done(name: OperationName, ms: number): void {
    const known = this.#latenciesMs.get(name)
    if (known) known.push(ms)
    else this.#latenciesMs.set(name, [ms])
  }

  refused(code: ErrorCode): void {
    this.#refusals[code] = (this.#refusals[code] ?? 0) + 1
  }

  wentWrong(what: string, error: unknown): void {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.wrong.push({ at: Date.now(), what, why })
    this.#say(`${what}: ${why}`)
  }

  /** What came of those since the last time that this was asked. */
  take(): Outcomes {
    const operations = Object.fromEntries([...this.#latenciesMs].map(([name, all]) => [name, figuresOf(all)]))
    const outcomes = { operations, refusals: this.#refusals, wrong: this.wrong.length - this.#wrongBefore }
    this.#latenciesMs = new Map()
    this.#refusals = {}
    this.#wrongBefore = this.wrong.length
    return outcomes
  }
}

function figuresOf(latenciesMs: number[]): OperationFigures {
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50Ms: quantile(0.5), p99Ms: quantile(0.99) }
}
