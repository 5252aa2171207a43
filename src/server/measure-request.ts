import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Metrics } from '../services/metrics.js'

/** Counts the request once its response is out, or its client gone. Express leaves the route that matched on it. */
export function measureRequest(
  metrics: Metrics,
  req: IncomingMessage & { route?: { path: string } },
  res: ServerResponse,
): void {
  const startedAt = performance.now()
  res.once('close', () => {
    const status = res.writableFinished ? res.statusCode : 'aborted'
    metrics.request(req.route?.path, req.method ?? '', status, performance.now() - startedAt)
  })
}
