import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { responses } from '../api/responses.js'
import { errorTable } from '../errors.js'

const { status, message } = errorTable.bad_request

/** Whether the request's target is an address at all; one that is not never gets as far as a route. */
export function hasReadableTarget(req: IncomingMessage): boolean {
  return URL.canParse(req.url ?? '', 'http://localhost')
}

/** Responds to a request that has no route because its target is no address. */
export function refuseTarget(res: ServerResponse): void {
  const { headers, body } = badRequest()
  res.writeHead(status, headers).end(body)
}

/** Responds to bytes that are not HTTP, to headers that are too long, and to what came too slowly to be a request. */
export function refuseUnreadable(socket: Duplex): void {
  const { headers, body } = badRequest()
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'))
}

function badRequest() {
  const body = JSON.stringify(responses.Error.parse({ error: 'bad_request', message, requestId: randomUUID() }))
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  }
  return { headers, body }
}
