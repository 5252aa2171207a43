import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { SECOND } from '../time.js'

/** Who has connected and not sent a byte may do so for as long when the port is closed. */
const SILENT_MS = SECOND / 2
const CLOSE_WITHIN_MS = 6 * SECOND

/** The connections of a server and the answers under way on them, so that none is cut off when it stops. */
export class OpenConnections {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #answers = new Set<ServerResponse>()
  #isStopping = false

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** To be told of each request, before it is answered. */
  track(answer: ServerResponse): void {
    this.#answers.add(answer)
    if (this.#isStopping) endWith(answer)
    answer.once('close', () => this.#answers.delete(answer))
  }

  /** From now on a connection ends with the answer that is given on it, and the client knows. */
  endWithNextAnswer(): void {
    this.#isStopping = true
    for (const answer of this.#answers) endWith(answer)
  }

  /** Takes no new connections and lets running requests finish, for six seconds at most. */
  async close(): Promise<void> {
    this.endWithNextAnswer()
    const closed = once(this.#server, 'close')
    this.#server.close()
    // @NOTE Node takes a connection that never sent anything for one with a request under way.
    const silent = setTimeout(() => {
      for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
    }, SILENT_MS)
    const limit = setTimeout(() => this.#server.closeAllConnections(), CLOSE_WITHIN_MS)
    await closed
    clearTimeout(silent)
    clearTimeout(limit)
  }
}

function endWith(answer: ServerResponse): void {
  if (!answer.headersSent) answer.setHeader('Connection', 'close')
}
