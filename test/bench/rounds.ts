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
  databaseCpuMs?(): Promise<number | undefined>
  frontCpuMs?(): number | undefined
}

export interface Round {
  operations: number
  opsPerSecond: number
  p50Ms: number
  p99Ms: number
  /** CPU time of the server's process for one operation. */
  cpuMs: number
  /** The same of the database's processes, where there are such and they can be seen. */
  databaseCpuMs?: number
  /** The same of the proxy before the server. */
  frontCpuMs?: number
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
  const before = await costsOf(measured)
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
  const costs = difference(await costsOf(measured), before, latenciesMs.length)
  await operation.after?.()
  const [p50Ms = 0, p99Ms = 0] = quantiles(latenciesMs, [0.5, 0.99])
  return { operations: latenciesMs.length, opsPerSecond: latenciesMs.length / seconds, p50Ms, p99Ms, ...costs }
}

/** Of values, which need not be sorted. */
export function quantiles(values: number[], shares: number[]): number[] {
  const sorted = Float64Array.from(values).sort()
  return shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
}

type Costs = Pick<Round, 'cpuMs' | 'databaseCpuMs' | 'frontCpuMs'>

async function costsOf(measured: Measured): Promise<Costs> {
  const [databaseCpuMs, frontCpuMs] = [await measured.databaseCpuMs?.(), measured.frontCpuMs?.()]
  return {
    cpuMs: measured.cpuMs(),
    ...(databaseCpuMs !== undefined && { databaseCpuMs }),
    ...(frontCpuMs !== undefined && { frontCpuMs }),
  }
}

function difference(after: Costs, before: Costs, operations: number): Costs {
  const names = Object.keys(after) as (keyof Costs)[]
  const each = names.map((name) => [name, ((after[name] ?? 0) - (before[name] ?? 0)) / operations])
  return Object.fromEntries(each)
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
  const names = Object.keys(rounds[0] ?? {}) as (keyof Round)[]
  const entries = names.map((name) => [name, median(rounds.flatMap((round) => round[name] ?? []))])
  const operations = rounds.reduce((sum, round) => sum + round.operations, 0)
  return { ...Object.fromEntries(entries), operations }
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low = 0, high = 0] =
    sorted.length % 2 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1, middle + 1)
  return (low + high) / 2
}
