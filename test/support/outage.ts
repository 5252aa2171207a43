import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A line to a database server that can be cut, or go silent, and be mended. */
export class Outage implements AsyncDisposable {
  /** The database's address, by this line. */
  readonly url: string
  readonly #server: Server
  readonly #target: URL
  readonly #sockets = new Set<Socket>()
  #state: 'up' | 'cut' | 'silent' = 'up'

  private constructor(server: Server, databaseUrl: string) {
    this.#server = server
    this.#target = new URL(databaseUrl)
    const url = new URL(databaseUrl)
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    this.url = url.href
    server.on('connection', (socket) => this.#join(socket))
  }

  static async before(databaseUrl: string): Promise<Outage> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Outage(server, databaseUrl)
  }

  /** Every connection breaks, and none can be made. */
  cut(): void {
    this.#state = 'cut'
    this.#breakAll()
  }

  /** Nothing arrives any more, and nothing says so. */
  silence(): void {
    this.#state = 'silent'
  }

  /** As before; connections that were there stay broken. */
  mend(): void {
    this.#state = 'up'
    this.#breakAll()
  }

  #join(socket: Socket): void {
    this.#keep(socket)
    if (this.#state === 'cut') return void socket.destroy()
    const target = connect(Number(this.#target.port || 5432), this.#target.hostname)
    this.#keep(target)
    const pass = (from: Socket, to: Socket) => {
      from.on('data', (bytes) => {
        if (this.#state === 'up') to.write(bytes)
      })
      from.on('close', () => to.destroy())
    }
    pass(socket, target)
    pass(target, socket)
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #breakAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#breakAll()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
