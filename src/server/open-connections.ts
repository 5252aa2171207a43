import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { SECOND } from '../time.js'

/** How long a silent connection is kept once the port is closed. */
const SILENT_MS = SECOND / 2
const CLOSE_WITHIN_MS = 6 * SECOND

interface Connection {
  /** Whether a request has ever come on it. */
  isUsed: boolean
  /**
   * Those under way: one, or more where a client sends requests without waiting.
   * @NOTE in a Set of all responses V8 would have each table, once it is full, refer to the next: whatever of them became
   * old garbage would keep alive every request that came after it, until the whole heap is collected.
   */
  readonly responses: ServerResponse[]
}

/** The connections of a server and the responses under way on them, so that none is cut off when it stops. */
export class OpenConnections {
  readonly #server: Server
  readonly #connections = new Map<Duplex, Connection>()
  #isStopping = false

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket: Duplex) => {
      this.#connections.set(socket, { isUsed: false, responses: [] })
      socket.once('close', () => this.#connections.delete(socket))
    })
  }

  /** To be told of each request, before it has a response. */
  track(req: IncomingMessage, res: ServerResponse): void {
    if (this.#isStopping) endWith(res)
    const connection = this.#connections.get(req.socket)
    if (!connection) return
    const { responses } = connection
    connection.isUsed = true
    responses.push(res)
    res.once('close', () => responses.splice(responses.indexOf(res), 1))
  }

  /** Whether a response was sent on this connection or is under way: nothing may be written in between. */
  isInUse(socket: Duplex): boolean {
    return this.#connections.get(socket)?.isUsed ?? false
  }

  /** From now on a connection ends with the response that is sent on it, and the client knows. */
  endWithNextResponse(): void {
    this.#isStopping = true
    for (const { responses } of this.#connections.values()) responses.forEach(endWith)
  }

  /** Takes no new connections and lets running requests finish, for six seconds at most. */
  async close(): Promise<void> {
    this.endWithNextResponse()
    const closed = once(this.#server, 'close')
    this.#server.close()
    // @NOTE Node takes a connection that never sent anything for one with a request under way.
    const silent = setTimeout(() => {
      for (const socket of this.#connections.keys()) if (bytesReadOf(socket) === 0) socket.destroy()
    }, SILENT_MS)
    const limit = setTimeout(() => this.#server.closeAllConnections(), CLOSE_WITHIN_MS)
    await closed
    clearTimeout(silent)
    clearTimeout(limit)
  }
}

function bytesReadOf(socket: Duplex): unknown {
  return 'bytesRead' in socket ? socket.bytesRead : undefined
}

function endWith(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}
