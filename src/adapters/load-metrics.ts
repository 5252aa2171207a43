import type { Config } from '../config/config.js'
import type { Metrics } from '../services/metrics.js'

interface Sources {
  countSessions: () => Promise<number>
  onFailure: (error: unknown) => void
  now: () => number
}

/** The metrics, where METRICS_PORT asks for them: elsewhere their library is not even loaded. */
export async function loadMetrics({ listen, dingtalk }: Config, sources: Sources): Promise<Metrics | undefined> {
  if (listen.metricsPort === undefined) return undefined
  const { PrometheusMetrics } = await import('./prometheus.js')
  return new PrometheusMetrics({ flow: dingtalk.flow, hasEvents: dingtalk.hasEvents, ...sources })
}
