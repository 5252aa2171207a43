import { EventEmitter, once } from 'node:events'
import { WebSocket } from 'ws'
import { APP, type Emulator } from '../../src/emulator/emulator.js'
import { textAt } from './emulator-client.js'

/** A frame that came, as far as tests look at it. */
export interface ReceivedFrame {
  type: string
  headers: Record<string, string>
  data: string
}

/** A client of the gateway that answers nothing by itself. */
export class StreamClient implements Disposable {
  readonly frames: ReceivedFrame[] = []
  readonly #socket: WebSocket
  readonly #arrivals = new EventEmitter()

  constructor(address: string) {
    this.#socket = new WebSocket(address)
    this.#socket.on('message', (message) => {
      this.frames.push(JSON.parse(String(message)))
      this.#arrivals.emit('frame')
    })
    this.#socket.on('close', () => this.#arrivals.emit('close'))
    this.#socket.on('error', () => undefined)
  }

  /** The first frame with this topic or type of event, the nth of its kind; it may have come already. */
  async frame(kind: string, nth = 1): Promise<ReceivedFrame> {
    for (;;) {
      const found = this.of(kind)[nth - 1]
      if (found) return found
      await once(this.#arrivals, 'frame')
    }
  }

  /** The frames with this topic or type of event that have come. */
  of(kind: string): ReceivedFrame[] {
    return this.frames.filter(({ headers }) => (headers.eventType ?? headers.topic) === kind)
  }

  reply({ headers }: ReceivedFrame, data: string, code = 200): void {
    const reply = {
      code,
      headers: { contentType: 'application/json', messageId: headers.messageId },
      message: 'OK',
      data,
    }
    this.#socket.send(JSON.stringify(reply))
  }

  acknowledge(frame: ReceivedFrame, status = 'SUCCESS'): void {
    this.reply(frame, JSON.stringify({ status }))
  }

  /** Sends what no client should. */
  send(text: string): void {
    this.#socket.send(text)
  }

  async closed(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.CLOSED) await once(this.#arrivals, 'close')
  }

  [Symbol.dispose](): void {
    this.#socket.terminate()
  }
}

/** The response of the gateway to whoever wants a connection. */
export function openGateway(emulator: Emulator, change: object = {}, accept = 'application/json'): Promise<Response> {
  const subscriptions = [{ type: 'EVENT', topic: '*' }]
  return fetch(`${emulator.url}/v1.0/gateway/connections/open`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: accept },
    body: JSON.stringify({ clientId: APP.id, clientSecret: APP.secret, ua: 'test', subscriptions, ...change }),
  })
}

/** The address at which one connection can be made. */
export async function streamAddress(emulator: Emulator, topic = '*'): Promise<string> {
  const response = await openGateway(emulator, { subscriptions: [{ type: 'EVENT', topic }] })
  const body = await response.json()
  return `${textAt(body, 'endpoint')}?ticket=${textAt(body, 'ticket')}`
}

/** A client that is connected. */
export async function connectStream(emulator: Emulator, topic = '*'): Promise<StreamClient> {
  const client = new StreamClient(await streamAddress(emulator, topic))
  await client.frame('CONNECTED')
  return client
}
