import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { STREAM_PATH } from '../apis/gateway.js'
import { isOwnHost } from '../own-host.js'
import { single } from '../parameters.js'
import type { Parts } from '../parts.js'
import type { Subscription } from './stream-tickets.js'

const refusals = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' } as const

/** Lets clients with a ticket connect to the server by WebSocket. */
export function acceptStreams(server: Server, { publicUrl, stream }: Parts): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1_000_000 })
  server.on('upgrade', (req, socket, head) => {
    const admission = admit(req)
    if (typeof admission === 'number') refuse(socket, admission)
    else sockets.handleUpgrade(req, socket, head, (client) => stream.accept(client, admission))
  })

  function admit(req: IncomingMessage): Subscription[] | keyof typeof refusals {
    if (!isOwnHost(req.headers.host ?? '', publicUrl)) return 403
    const { pathname, searchParams } = new URL(`http://emulator${req.url ?? '/'}`)
    if (pathname !== STREAM_PATH) return 404
    return stream.tickets.spend(single(searchParams, 'ticket') ?? '') ?? 401
  }
}

function refuse(socket: Duplex, status: keyof typeof refusals): void {
  socket.on('error', () => socket.destroy())
  const head = `HTTP/1.1 ${status} ${refusals[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`
  socket.end(head, () => socket.destroy())
}
