import type { HourlyFigure } from '../../services/audit-trail.js'

/** How long calls took, as far as buckets tell: the upper bound of the bucket, in milliseconds. */
export interface Latency {
  calls: number
  failures: number
  /** Of those that DingTalk answered well; undefined where there were none. */
  median: number | undefined
  p95: number | undefined
}

/** Made of figures of `call`, whose details are such as `ok 250`. */
export function latencyOf(figures: readonly HourlyFigure[]): Latency {
  const buckets = new Map<number, number>()
  let failures = 0
  let calls = 0
  for (const { detail, value } of figures) {
    const [outcome, bound] = detail.split(' ')
    calls += value
    if (outcome === 'ok') buckets.set(boundOf(bound), (buckets.get(boundOf(bound)) ?? 0) + value)
    else failures += value
  }
  return { calls, failures, median: quantile(buckets, 0.5), p95: quantile(buckets, 0.95) }
}

/** The last bucket has no bound. */
function boundOf(text: string | undefined): number {
  const bound = Number(text)
  return Number.isNaN(bound) ? Number.POSITIVE_INFINITY : bound
}

/** The bound below which this part of them lies. */
export function quantile(buckets: ReadonlyMap<number, number>, part: number): number | undefined {
  const bounds = [...buckets].filter(([, count]) => count > 0).sort(([a], [b]) => a - b)
  const wanted = bounds.reduce((sum, [, count]) => sum + count, 0) * part
  let seen = 0
  for (const [bound, count] of bounds) {
    seen += count
    if (seen >= wanted) return bound
  }
  return undefined
}
