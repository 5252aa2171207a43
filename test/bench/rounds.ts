/** What is done again and again, by many browsers at once. */
export interface Operation {
  /** One operation of this browser. Rejects where the answer is wrong. */
  run(browser: number): Promise<void>
  /** Looks at what the operations of a round have left, unmeasured. */
  after?(): Promise<void>
}

/** A process whose costs are read before and after. */
interface Measured {
  cpuMs(): number
}

export interface Round {
  operations: number
  opsPerSecond: number
  p50Ms: number
  p99Ms: number
  /** CPU time of the server's process for one operation. */
  cpuMs: number
}

interface Amount {
  browsers: number
  /** How long browsers begin new operations. */
  durationMs: number
  /** Or how many operations there are in all. */
  operations?: number
}

/** A closed loop: each browser begins its next operation when it has the answer to the last one. */
export async function runRound(measured: Measured, operation: Operation, amount: Amount): Promise<Round> {
  const { browsers, durationMs, operations = Number.POSITIVE_INFINITY } = amount
  const latenciesMs: number[] = []
  let begun = 0
  const cpuBefore = measured.cpuMs()
  const startedAt = performance.now()
  const browse = async (browser: number) => {
    do {
      begun += 1
      const at = performance.now()
      await operation.run(browser)
      latenciesMs.push(performance.now() - at)
    } while (begun < operations && performance.now() - startedAt < durationMs)
  }
  await Promise.all(Array.from({ length: browsers }, (_, browser) => browse(browser)))
  const seconds = (performance.now() - startedAt) / 1000
  const cpuMs = measured.cpuMs() - cpuBefore
  await operation.after?.()

  latenciesMs.sort((a, b) => a - b)
  const done = latenciesMs.length
  const quantile = (share: number) => latenciesMs[Math.min(done - 1, Math.floor(done * share))] ?? 0
  return {
    operations: done,
    opsPerSecond: done / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    cpuMs: cpuMs / done,
  }
}

/** A round that warms up is as many times longer: what runs for days is code that has been optimised. */
const WARM_UP_LENGTHS = 3

/** Runs the rounds of several servers in turn, so that whatever disturbs the machine disturbs all of them; a first one warms up. */
export async function interleave<T>(
  servers: readonly T[],
  rounds: number,
  run: (server: T, lengths: number) => Promise<Round>,
) {
  const all = servers.map((server) => ({ server, rounds: [] as Round[] }))
  for (let round = 0; round <= rounds; round++) {
    for (const entry of round % 2 ? all : all.toReversed()) {
      const measured = await run(entry.server, round === 0 ? WARM_UP_LENGTHS : 1)
      if (round > 0) entry.rounds.push(measured)
    }
  }
  return all.map((entry) => ({ server: entry.server, ...medians(entry.rounds) }))
}

function medians(rounds: Round[]): Round {
  const of = (name: keyof Round) => median(rounds.map((round) => round[name]))
  return {
    operations: rounds.reduce((sum, round) => sum + round.operations, 0),
    opsPerSecond: of('opsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuMs: of('cpuMs'),
  }
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low = 0, high = 0] =
    sorted.length % 2 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1, middle + 1)
  return (low + high) / 2
}
