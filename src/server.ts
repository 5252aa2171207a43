import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp } from './app.js'
import type { Context } from './context.js'
import { refuseUnreadable } from './middleware/unreadable-request.js'
import { startSweeping } from './sweep.js'

const SECOND = 1000
const STOP_WITHIN_MS = 8 * SECOND

export interface RunningServer {
  /** The port that it listens on. */
  port: number
  /** Lets running requests finish, for eight seconds at most. */
  close(): Promise<void>
}

/** Listens with the context's settings. Rejects where the port is taken. */
export async function startServer(ctx: Context): Promise<RunningServer> {
  const { port, host } = ctx.config.listen
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      // Slow clients are timed out.
      headersTimeout: 10 * SECOND,
      requestTimeout: 20 * SECOND,
      // Longer than proxies commonly keep an idle connection, so that they do not send into one that we are closing.
      keepAliveTimeout: 75 * SECOND,
    },
    createApp(ctx),
  )
  server.on('clientError', refuseUnreadable)
  server.listen({ port, host })
  await once(server, 'listening')
  const stopSweeping = startSweeping(ctx)
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      ctx.beginStop()
      stopSweeping()
      await closeServer(server)
    },
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const timer = setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS)
  await closed
  clearTimeout(timer)
}
