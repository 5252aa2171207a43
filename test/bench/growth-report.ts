import type { Listing } from './list-people.js'
import { table } from './report.js'
import type { Round } from './rounds.js'
import type { Latencies, Sweep } from './sweep.js'

/** An operation in one of the databases. */
export interface Grown extends Pick<Round, 'opsPerSecond' | 'p50Ms' | 'cpuMs'> {
  database: 'SQLite' | 'PostgreSQL'
  operation: string
  /** How many there are. */
  people: number
}

/** What was measured in a small and in a large database. */
export interface Growth {
  operations: Grown[]
  listings: Listing[]
  /** Of the large one, on SQLite. */
  sweep: Sweep | undefined
}

/** How much more a large database may cost than a small one. */
const MOST = 1.2
const LONGEST_MS = 20

/** What the large database is held to. */
export function* growthTargets({ operations, listings, sweep }: Growth) {
  for (const [small, large] of pairsOf(operations, ({ operation }) => operation)) {
    const of = `${large.database}: ${large.operation}, small database = 1`
    yield { name: `growth: CPU on ${of}`, value: large.cpuMs / small.cpuMs, limit: MOST }
    yield { name: `growth: p50 on ${of}`, value: large.p50Ms / small.p50Ms, limit: MOST }
  }
  for (const [small, large] of pairsOf(listings, () => '')) {
    const of = `users list on ${large.database}, small database = 1`
    yield { name: `growth: first line of ${of}`, value: large.firstLineMs / small.firstLineMs, limit: MOST }
    yield { name: `growth: memory of users list on ${large.database}, in MB`, value: large.peakMb, limit: 200 }
  }
  if (!sweep) return
  const { during, beside } = sweep
  yield { name: 'sweep: longest request, ms', value: during.longestMs, limit: LONGEST_MS }
  const more = during.longestMs - beside.longestMs
  yield { name: 'sweep: longest request, ms more than beside it', value: more, limit: LONGEST_MS }
}

/** The same in the small database and in the large one. */
function pairsOf<T extends { database: string; people: number }>(
  all: readonly T[],
  keyOf: (one: T) => string,
): [T, T][] {
  const sorted = all.toSorted((a, b) => a.people - b.people)
  return sorted.flatMap((small, index): [T, T][] => {
    const isSame = (one: T) => one.database === small.database && keyOf(one) === keyOf(small)
    const large = sorted.slice(index + 1).find(isSame)
    return large ? [[small, large]] : []
  })
}

export function printedGrowth({ operations, listings, sweep }: Growth): string[] {
  const parts: string[] = []
  if (operations.length > 0)
    parts.push(
      table(
        ['', 'people', '', 'ops/s', 'p50 ms', 'CPU ms/op'],
        operations.map(({ database, people, operation, opsPerSecond, p50Ms, cpuMs }) => [
          ...[database, String(people), operation],
          ...[opsPerSecond.toFixed(0), p50Ms.toFixed(2), cpuMs.toFixed(3)],
        ]),
      ),
    )
  if (listings.length > 0)
    parts.push(
      table(
        ['users list', 'people', 'first line, ms', 'people/s', 'highest memory, MB'],
        listings.map(({ database, people, firstLineMs, peoplePerSecond, peakMb }) => [
          ...[database, String(people), firstLineMs.toFixed(0)],
          ...[peoplePerSecond.toFixed(0), peakMb.toFixed(0)],
        ]),
      ),
    )
  if (sweep) {
    const rows = [
      rowOf('before the sweep', sweep.before),
      rowOf(`while ${sweep.removed} rows go`, sweep.during),
      rowOf('beside it, where none goes', sweep.beside),
    ]
    parts.push(
      table(['requests', '', 'p50 ms', 'p99 ms', 'p99.9 ms', 'longest', 'without DingTalk', 'idle thread'], rows),
    )
  }
  return parts
}

function rowOf(name: string, { requests, ...latencies }: Latencies): string[] {
  const { p50Ms, p99Ms, p999Ms, longestMs, longestAloneMs, idleLongestMs } = latencies
  return [
    ...[name, String(requests)],
    ...[p50Ms, p99Ms, p999Ms, longestMs, longestAloneMs, idleLongestMs].map((ms) => ms.toFixed(1)),
  ]
}
