import { WebSocket } from 'ws'
import type { ConnectionEnd } from '../../services/directory-event.js'
import { SECOND, withinOr } from '../../time.js'
import { verdicts } from './error-table.js'
import { failure } from './response.js'
import { eventReply, readFrame } from './stream-frames.js'

const MAX_FRAME_BYTES = 1024 * 1024
/** What a gateway that does not read may leave in memory. */
const MAX_UNREAD_BYTES = 4 * MAX_FRAME_BYTES
/** How long an orderly end is waited for. */
const CLOSE_MS = SECOND

interface Options {
  /** Holds the ticket, which opens one connection. */
  address: string
  /** A connection on which nothing comes for this long is dead; also how long it may take to open. */
  silenceMs: number
  /** Ends it while it is being opened. */
  signal: AbortSignal
  /** Told of every frame, whatever it is. */
  onFrame(): void
  /** Returns whether the event is done. Never rejects. */
  onEvent(eventType: string, data: unknown): Promise<boolean>
}

/** One connection to the gateway: https://open.dingtalk.com/document/development/stream */
export class StreamConnection {
  /** Settles once nothing more is to be expected on it. */
  readonly over: Promise<ConnectionEnd>
  readonly #options: Options
  readonly #socket: WebSocket
  readonly #closed: Promise<void>
  readonly #silence: NodeJS.Timeout
  readonly #replies = new Set<Promise<void>>()
  #end: (end: ConnectionEnd) => void = () => {}

  /** @throws {DingTalkError} where it cannot be opened */
  static async open(options: Options): Promise<StreamConnection> {
    const connection = new StreamConnection(options)
    await connection.#opened()
    return connection
  }

  private constructor(options: Options) {
    this.#options = options
    this.#socket = new WebSocket(options.address, { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false })
    this.over = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#silence = setTimeout(() => this.#drop('nothing came for too long'), options.silenceMs)
    this.#closed = new Promise((resolve) => {
      this.#socket.once('close', () => {
        clearTimeout(this.#silence)
        this.#end('it was closed')
        resolve()
      })
    })
    // What was wrong could quote the address, and with it the ticket. 'close' follows.
    this.#socket.on('error', () => {})
    this.#socket.on('message', (message) => this.#receive(String(message)))
    this.#socket.on('ping', () => this.#hear())
  }

  /** Lets the events that are in hand be answered, for so long at most, and closes. */
  async close(withinMs: number): Promise<void> {
    await withinOr(Promise.all(this.#replies), withinMs, undefined)
    this.#socket.close()
    await withinOr(this.#closed, CLOSE_MS, undefined)
    this.#socket.terminate()
  }

  async #opened(): Promise<void> {
    const { signal } = this.#options
    const giveUp = () => this.#socket.terminate()
    signal.addEventListener('abort', giveUp)
    const isOpen = new Promise<boolean>((resolve) => this.#socket.once('open', () => resolve(true)))
    const wasOpened = await Promise.race([isOpen, this.#closed.then(() => false)])
    signal.removeEventListener('abort', giveUp)
    if (!wasOpened) throw failure('connections/open', verdicts.unavailable, 'the WebSocket could not be opened')
  }

  #hear(): void {
    this.#silence.refresh()
    this.#options.onFrame()
  }

  #drop(end: ConnectionEnd): void {
    this.#end(end)
    this.#socket.terminate()
  }

  #receive(message: string): void {
    this.#hear()
    const frame = readFrame(message)
    if (frame.is === 'ping') this.#send(frame.reply)
    else if (frame.is === 'disconnect') this.#end('DingTalk asked for another one')
    else if (frame.is === 'event') {
      const done = this.#options.onEvent(frame.eventType, frame.data)
      const reply = done.then((isDone) => {
        this.#send(eventReply(frame.messageId, isDone))
        this.#replies.delete(reply)
      })
      this.#replies.add(reply)
    }
  }

  #send(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    if (this.#socket.bufferedAmount > MAX_UNREAD_BYTES) this.#drop('it was closed')
    else this.#socket.send(text)
  }
}
