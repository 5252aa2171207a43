import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { createApp } from '../app.js'
import type { Context } from '../context.js'
import { SECOND } from '../time.js'
import { startBackgroundWork } from './background-work.js'
import { messageClassesOf } from './express-message-classes.js'
import { listen } from './listen.js'
import { measureRequest } from './measure-request.js'
import { startMetricsServer } from './metrics-server.js'
import { OpenConnections } from './open-connections.js'
import { hasReadableTarget, refuseTarget, refuseUnreadable } from './unreadable-request.js'

/** Long enough for a load balancer that asks `/readyz` each second. */
const DRAIN_MS = 2 * SECOND

/** What slow, endless and odd requests may cost. */
const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10 * SECOND,
  requestTimeout: 20 * SECOND,
  connectionsCheckingInterval: 2 * SECOND,
  // Longer than proxies commonly keep an idle connection, so that they do not send into one that we are closing.
  keepAliveTimeout: 75 * SECOND,
  // A request without Host gets the same response as one with another host.
  requireHostHeader: false,
}

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

/**
 * Listens with the context's settings.
 * @throws the system's error where a port is taken
 */
export async function startServer(ctx: Context): Promise<RunningServer> {
  const { server, connections } = createHttpServer(ctx)
  const metricsServer = await startMetricsServer(ctx)
  const { port, host = '' } = ctx.config.listen
  const listeningPort = await listen(server, { port, host }).catch(async (error: unknown) => {
    await metricsServer?.close()
    throw error
  })
  const work = await startBackgroundWork(ctx)
  return {
    port: listeningPort,
    metricsPort: metricsServer?.port,
    drain: async (hurry) => {
      ctx.readiness.beginStop()
      connections.endWithNextResponse()
      // Other processes get what comes from now on.
      work.leaveEvents().catch(() => {})
      await wait(DRAIN_MS, undefined, { signal: hurry }).catch(() => {})
    },
    close: async () => {
      ctx.readiness.beginStop()
      await Promise.all([connections.close(), work.stop()])
      await metricsServer?.close()
    },
  }
}

/** The application behind HTTP's edge, which does not listen yet. */
function createHttpServer(ctx: Context): { server: Server; connections: OpenConnections } {
  const app = createApp(ctx)
  const server = createServer({ ...messageClassesOf(app), ...limits })
  const connections = new OpenConnections(server)
  const serve: RequestListener = (req: IncomingMessage, res: ServerResponse) => {
    connections.track(req, res)
    if (ctx.metrics) measureRequest(ctx.metrics, req, res)
    if (hasReadableTarget(req)) app(req, res)
    else refuseTarget(res)
  }
  server.on('request', serve)
  server.on('checkExpectation', serve)
  server.on('clientError', (_error, socket: Duplex) => {
    if (connections.isInUse(socket) || !socket.writable) socket.destroy()
    else refuseUnreadable(socket)
  })
  return { server, connections }
}
