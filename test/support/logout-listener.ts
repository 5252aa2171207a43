import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

/** An application that is told of logouts, and answers as the test has it. */
export class LogoutListener implements AsyncDisposable {
  /** The bodies that it was sent. */
  readonly bodies: string[] = []
  status = 200
  headers: Record<string, string> = {}
  answer = (): Iterable<string> => []
  hangs = false
  readonly #server: Server

  private constructor() {
    this.#server = createServer(async (req, res) => {
      this.bodies.push(await text(req))
      this.#server.emit('told')
      if (this.hangs) return
      // Whoever asks may go while it is answered.
      await pipeline(Readable.from(this.answer()), res.writeHead(this.status, this.headers)).catch(() => {})
    })
  }

  static async start(): Promise<LogoutListener> {
    const listener = new LogoutListener()
    listener.#server.listen(0, '127.0.0.1')
    await once(listener.#server, 'listening')
    return listener
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/logout`
  }

  /** Once it has been told so often. */
  async told(times: number): Promise<void> {
    while (this.bodies.length < times) await once(this.#server, 'told')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
