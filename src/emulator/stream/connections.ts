import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { WebSocket } from 'ws'
import { SECOND } from '../../time.js'
import type { Clock } from '../clock.js'
import { type Frame, type Reply, replyIn, systemFrame } from './frames.js'
import type { Subscription } from './stream-tickets.js'

const KEEPALIVE_EVERY_MS = 25 * SECOND
/** How long a connection stays open that was told to leave. */
const LEAVING_MS = 10 * SECOND

interface Connection {
  id: string
  socket: WebSocket
  subscriptions: Subscription[]
  /** What was sent in each ping that has no reply, by message id. */
  pings: Map<string, string>
  /** Told to leave: no event comes on it any more. */
  isLeaving: boolean
}

/** The clients' connections, which share the events between them. */
export class Connections {
  readonly happenings = new EventEmitter<{ opened: []; closed: []; pong: []; reply: [Reply] }>().setMaxListeners(0)
  readonly #clock: Clock
  #connections: Connection[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many are open. */
  get size(): number {
    return this.#connections.length
  }

  accept(socket: WebSocket, subscriptions: Subscription[]): void {
    const connection: Connection = { id: randomUUID(), socket, subscriptions, pings: new Map(), isLeaving: false }
    this.#connections.push(connection)
    const keepAlive = setInterval(() => this.#keepAlive(connection), KEEPALIVE_EVERY_MS).unref()
    socket.on('message', (message) => this.#receive(connection, String(message)))
    socket.on('error', () => socket.terminate())
    socket.once('close', () => {
      clearInterval(keepAlive)
      this.#connections = this.#connections.filter((other) => other !== connection)
      this.happenings.emit('closed')
    })
    this.#send(connection, systemFrame('CONNECTED', this.#clock.now()))
    this.#send(connection, systemFrame('REGISTERED', this.#clock.now()))
    this.happenings.emit('opened')
  }

  /** Sends an event on one of the connections that want it, in turn; false where there is none. */
  sendEvent(frame: Frame, eventType: string): boolean {
    const connection = this.#connections.find((candidate) => wants(candidate, eventType))
    if (!connection) return false
    this.#connections = [...this.#connections.filter((other) => other !== connection), connection]
    this.#send(connection, frame)
    return true
  }

  ping(): void {
    for (const connection of this.#connections) this.#ping(connection)
  }

  /** Tells all clients to open another connection, and closes theirs a little later. */
  disconnect(): void {
    for (const connection of this.#connections) {
      connection.isLeaving = true
      this.#send(connection, systemFrame('disconnect', this.#clock.now(), { reason: 'emulator' }))
      const close = setTimeout(() => connection.socket.close(), LEAVING_MS).unref()
      connection.socket.once('close', () => clearTimeout(close))
    }
  }

  /** Cuts all connections without a word. */
  drop(): void {
    for (const { socket } of this.#connections) socket.terminate()
  }

  #receive({ pings }: Connection, text: string): void {
    const reply = replyIn(text)
    if (!reply) return
    const ping = pings.get(reply.headers.messageId)
    if (ping === undefined) {
      this.happenings.emit('reply', reply)
    } else if (reply.code === 200 && reply.data === ping) {
      pings.delete(reply.headers.messageId)
      this.happenings.emit('pong')
    }
  }

  #keepAlive(connection: Connection): void {
    this.#send(connection, systemFrame('KEEPALIVE', this.#clock.now()))
    this.#ping(connection)
  }

  #ping(connection: Connection): void {
    const frame = systemFrame('ping', this.#clock.now(), { opaque: randomUUID() })
    connection.pings.set(frame.headers.messageId ?? '', frame.data)
    this.#send(connection, frame)
  }

  #send({ id, socket }: Connection, frame: Frame): void {
    socket.send(JSON.stringify({ ...frame, headers: { ...frame.headers, connectionId: id } }), () => undefined)
  }
}

function wants({ isLeaving, socket, subscriptions }: Connection, eventType: string): boolean {
  if (isLeaving || socket.readyState !== socket.OPEN) return false
  return subscriptions.some(({ type, topic }) => type === 'EVENT' && (topic === '*' || topic === eventType))
}
