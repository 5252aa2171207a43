import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Context } from '../context.js'
import { OperatorError } from '../errors.js'
import { bugFields } from '../log.js'
import type { Metrics } from '../services/metrics.js'
import { closeAtOnce, listen, listenFailure } from './listen.js'

interface MetricsServer {
  port: number
  /** Ends at once: a scrape has nothing to lose. */
  close(): Promise<void>
}

/**
 * Serves `/metrics` on METRICS_PORT, apart from what browsers reach; undefined where that is not set.
 * @throws {OperatorError} where the port cannot be listened on
 */
export async function startMetricsServer({
  config,
  metrics,
  logger,
}: Pick<Context, 'config' | 'metrics' | 'logger'>): Promise<MetricsServer | undefined> {
  if (!metrics) return undefined
  const { metricsPort: port = 0, host = '' } = config.listen

  const server = createServer((req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    if (req.url?.split('?', 1)[0] !== '/metrics') res.writeHead(404).end()
    else if (req.method !== 'GET' && req.method !== 'HEAD') res.writeHead(405, { Allow: 'GET, HEAD' }).end()
    else {
      expose(metrics, req, res).catch((error: unknown) => {
        logger.error(bugFields(error), 'the metrics could not be written')
        res.writeHead(500).end()
      })
    }
  })
  const listeningPort = await listen(server, { port, host }).catch((error: unknown) => {
    const why = listenFailure(error, 'METRICS_PORT', 'HOST')
    throw why === undefined ? error : new OperatorError(why)
  })
  return { port: listeningPort, close: () => closeAtOnce(server) }
}

async function expose(metrics: Metrics, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { contentType, text } = await metrics.exposition()
  res.writeHead(200, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) })
  res.end(req.method === 'HEAD' ? undefined : text)
}
