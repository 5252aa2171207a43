import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context } from '../context.js'
import { bugFields } from '../log.js'
import type { Metrics } from '../metrics.js'

/** METRICS_PORT cannot be listened on; its message is for the operator. */
export class MetricsPortError extends Error {
  override readonly name = 'MetricsPortError'
}

export interface MetricsServer {
  port: number
  /** Ends at once: a scrape has nothing to lose. */
  close(): Promise<void>
}

/**
 * Answers `/metrics` on METRICS_PORT, apart from what browsers reach; undefined where that is not set.
 * @throws {MetricsPortError}
 */
export async function startMetricsServer({
  config,
  metrics,
  logger,
}: Pick<Context, 'config' | 'metrics' | 'logger'>): Promise<MetricsServer | undefined> {
  if (!metrics) return undefined
  const { metricsPort: port, host } = config.listen

  const server = createServer((req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    if (req.url?.split('?', 1)[0] !== '/metrics') res.writeHead(404).end()
    else if (req.method !== 'GET' && req.method !== 'HEAD') res.writeHead(405, { Allow: 'GET, HEAD' }).end()
    else {
      answer(metrics, req, res).catch((error: unknown) => {
        logger.error(bugFields(error), 'the metrics could not be written')
        res.writeHead(500).end()
      })
    }
  })
  server.listen({ port, host })
  await once(server, 'listening').catch((error: Error & { code?: string }) => {
    const isTaken = error.code === 'EADDRINUSE'
    throw new MetricsPortError(
      isTaken ? `METRICS_PORT: port ${port} is taken` : `HOST or METRICS_PORT: ${error.message}`,
    )
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(metrics: Metrics, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { contentType, text } = await metrics.exposition()
  res.writeHead(200, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) })
  res.end(req.method === 'HEAD' ? undefined : text)
}
