import { max } from 'd3-array'
import type { Target } from '../report.js'
import type { Span } from './faults.js'
import type { Going } from './goings.js'
import type { Sample } from './sampling.js'

/** What became of one server. */
export interface Soak {
  name: string
  /** How many have logged in. */
  people: number
  samples: Sample[]
  faults: Span[]
  wrong: { at: number; what: string; why: string }[]
  /** How long it took until somebody who went was out, by the way in which they went. */
  outAfterMs: Record<Going, number[]>
  /** Open at rest. */
  handles: { before: string[]; after: string[] }
}

export interface SoakReport {
  node: string
  minutes: number
  /** Operations a second of each server. */
  perSecond: number
  startedAt: number
  soaks: Soak[]
}

/** Before that code is not yet optimised, the heap has not its size, and connections are kept that nobody uses. */
const STEADY_MINUTES = 10

/** What a soak is held to. */
export function judgeSoak({ soaks, minutes }: SoakReport): Target[] {
  return soaks.flatMap(({ name, samples, wrong, handles }) => [
    atMost(`${name}: wrong answers`, wrong.length, 0),
    ...(minutes < STEADY_MINUTES
      ? []
      : [
          atMost(`${name}: memory of the later half, earlier one = 1`, growth(samples), 1.1),
          atMost(`${name}: handles at rest, before = 1`, handles.after.length / handles.before.length, 1),
        ]),
  ])
}

function atMost(name: string, value: number, limit: number): Target {
  return { name, value, bound: 'at most', limit, passed: value <= limit }
}

function growth(samples: Sample[]): number {
  const half = Math.ceil(samples.length / 2)
  const highest = (some: Sample[]) => max(some, ({ rssMb }) => rssMb) ?? Number.NaN
  return highest(samples.slice(half)) / highest(samples.slice(0, half))
}

/** What happened, for people. */
export function printedSoak(report: SoakReport): string {
  const lines = report.soaks.flatMap(({ name, people, samples, wrong, outAfterMs }) => {
    const operations = sum(samples.flatMap((sample) => Object.values(sample.operations).map(({ count }) => count)))
    const refusals = samples.flatMap(({ refusals }) => Object.entries(refusals))
    const codes = [...new Set(refusals.map(([code]) => code))]
    const counts = codes.map((code) => `${sum(refusals.filter(([one]) => one === code).map(([, n]) => n))} ${code}`)
    const out = Object.entries(outAfterMs).map(([going, ms]) => `${going} ${max(ms) ?? '–'} ms (${ms.length})`)
    return [
      `${name}: ${operations} operations of ${people} people; refused as promised: ${counts.join(', ') || 'none'}`,
      `  out at the latest after: ${out.join(', ')}`,
      ...wrong.slice(0, 20).map(({ at, what, why }) => `  WRONG ${new Date(at).toISOString()} ${what}: ${why}`),
    ]
  })
  const targets = judgeSoak(report).map(
    ({ name, value, limit, passed }) =>
      `${passed ? 'passed' : 'FAILED'}  ${name}: ${value.toFixed(2)}, at most ${limit}`,
  )
  return [...lines, '', ...targets].join('\n')
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
