import { EventEmitter, once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/** What becomes of one connection. */
type Connection = (socket: WebSocket) => void

/** A gateway that does what no gateway should: it knows no ticket, and sends what the test has it send. */
export class HostileGateway implements AsyncDisposable {
  /** How often a ticket was asked for. */
  tickets = 0
  /** What clients sent, oldest first. */
  readonly received: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #happenings = new EventEmitter()
  /** How tickets are given. */
  giveTicket: (res: ServerResponse) => void = (res) => this.#giveTicket(res)
  /** What becomes of connections, in turn; the last one of all that follow. */
  connections: Connection[] = []
  /** Whether WebSockets are let in at all. */
  upgrade: (socket: Socket) => boolean = () => true
  #opened = 0

  private constructor() {
    this.#server = createServer((req, res) => {
      this.tickets++
      req.resume()
      this.giveTicket(res)
      this.#happenings.emit('ticket')
    })
    const webSockets = new WebSocketServer({ noServer: true })
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('upgrade', (req, socket: Socket, head) => {
      if (this.upgrade(socket)) webSockets.handleUpgrade(req, socket, head, (client) => this.#accept(client))
    })
  }

  static async start(...connections: Connection[]): Promise<HostileGateway> {
    const gateway = new HostileGateway()
    gateway.connections = connections
    gateway.#server.listen(0, '127.0.0.1')
    await once(gateway.#server, 'listening')
    return gateway
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** How many connections were opened. */
  get opened(): number {
    return this.#opened
  }

  /** Waits until something is so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await once(this.#happenings, 'ticket')
  }

  /** Something has happened elsewhere that a test waits for. */
  tell(): void {
    this.#happenings.emit('ticket')
  }

  ticketFor(endpoint: string): (res: ServerResponse) => void {
    return (res) => {
      res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ endpoint, ticket: 'the-ticket' }))
    }
  }

  #giveTicket(res: ServerResponse): void {
    this.ticketFor(`${this.url.replace('http', 'ws')}/connect`)(res)
  }

  #accept(client: WebSocket): void {
    const connection = this.connections[Math.min(this.#opened, this.connections.length - 1)]
    this.#opened++
    client.on('error', () => {})
    client.on('message', (message) => {
      this.received.push(String(message))
      this.tell()
    })
    connection?.(client)
    this.tell()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
