import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createApp } from '../app.js'
import type { Context } from '../context.js'
import { SECOND } from '../time.js'
import { messageClassesOf } from './express-message-classes.js'
import { measureRequest } from './measure-request.js'
import { startMetricsServer } from './metrics-server.js'
import { OpenConnections } from './open-connections.js'
import { startSweeping } from './sweep-sessions.js'
import { hasReadableTarget, refuseTarget, refuseUnreadable } from './unreadable-request.js'

/** Long enough for a load balancer that asks `/readyz` each second. */
const DRAIN_MS = 2 * SECOND

export interface RunningServer {
  /** The port that it listens on. */
  port: number
  /** The port of `/metrics`, where METRICS_PORT is set. */
  metricsPort: number | undefined
  /** Goes on serving for two seconds in which `/readyz` says no and clients are sent away; `hurry` ends them. */
  drain(hurry: AbortSignal): Promise<void>
  /** Lets running requests finish, for six seconds at most. */
  close(): Promise<void>
}

/** Listens with the context's settings. Rejects where a port is taken. */
export async function startServer(ctx: Context): Promise<RunningServer> {
  const { port, host } = ctx.config.listen
  const app = createApp(ctx)
  /** Connections on which an answer was given or is under way: nothing may be written in between. */
  const inUse = new WeakSet<object>()
  const serve = (req: IncomingMessage, res: ServerResponse) => {
    inUse.add(req.socket)
    if (ctx.metrics) measureRequest(ctx.metrics, req, res)
    connections.track(res)
    if (hasReadableTarget(req)) app(req, res)
    else refuseTarget(res)
  }
  const server = createServer(
    {
      ...messageClassesOf(app),
      maxHeaderSize: 16 * 1024,
      // Slow clients are timed out.
      headersTimeout: 10 * SECOND,
      requestTimeout: 20 * SECOND,
      connectionsCheckingInterval: 2 * SECOND,
      // Longer than proxies commonly keep an idle connection, so that they do not send into one that we are closing.
      keepAliveTimeout: 75 * SECOND,
      // A request without Host is answered like one with another host.
      requireHostHeader: false,
    },
    serve,
  )
  const connections = new OpenConnections(server)
  server.on('checkExpectation', serve)
  server.on('clientError', (_error, socket) => {
    if (inUse.has(socket) || !socket.writable) socket.destroy()
    else refuseUnreadable(socket)
  })
  const metricsServer = await startMetricsServer(ctx)
  server.listen({ port, host })
  await once(server, 'listening').catch(async (error: unknown) => {
    await metricsServer?.close()
    throw error
  })
  const stopSweeping = startSweeping(ctx)
  return {
    port: (server.address() as AddressInfo).port,
    metricsPort: metricsServer?.port,
    drain: async (hurry) => {
      ctx.readiness.beginStop()
      connections.endWithNextAnswer()
      await delay(DRAIN_MS, undefined, { signal: hurry }).catch(() => {})
    },
    close: async () => {
      ctx.readiness.beginStop()
      stopSweeping()
      await connections.close()
      await metricsServer?.close()
    },
  }
}
