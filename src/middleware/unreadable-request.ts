import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { errorTable } from '../errors.js'

/** Answers a request that is not HTTP, whose headers are too long, or that came too slowly: no Express handler ever sees it. */
export function refuseUnreadable(_error: Error, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { status, message } = errorTable.bad_request
  const body = JSON.stringify({ error: 'bad_request', message, requestId: randomUUID() })
  const head = [
    `HTTP/1.1 ${status} Bad Request`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
