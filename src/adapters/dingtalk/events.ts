import type { EventListener, EventSource } from '../../services/directory-event.js'
import { SECOND } from '../../time.js'
import type { DingTalkClient } from './client.js'
import type { DirectoryCalls } from './directory-calls.js'
import { LeaveRecords } from './leave-records.js'
import { readEvent } from './read-event.js'
import { StreamClient } from './stream-client.js'

/** At the end of the process: an event that has no answer by then comes again, to another process. */
const FINISH_WITHIN_MS = SECOND

interface Options {
  client: DingTalkClient
  calls: DirectoryCalls
  apiUrl: string
  /** Of the application that reads the directory. */
  appKey: string
  appSecret: string
  now: () => number
}

/** The organisation's events, from DingTalk's gateway. */
export class DingTalkEvents implements EventSource {
  readonly #options: Options
  readonly #records: LeaveRecords
  #stream: StreamClient | undefined

  constructor(options: Options) {
    this.#options = options
    this.#records = new LeaveRecords(options)
  }

  start(listener: EventListener): void {
    this.#stream = this.#streamTo(listener)
    this.#stream.start()
  }

  /**
   * Opens a connection and closes it at once. What happens meanwhile comes again, to whoever listens.
   * @throws {DingTalkError} where it cannot be opened
   */
  async tryOnce(): Promise<void> {
    let stream: StreamClient | undefined
    const opened = new Promise<void>((resolve, reject) => {
      stream = this.#streamTo({
        connected: () => resolve(),
        disconnected: () => {},
        notConnected: reject,
        happened: () => Promise.resolve(false),
      })
      stream.start()
    })
    await opened.finally(() => stream?.stop(0))
  }

  #streamTo(listener: EventListener): StreamClient {
    const { client, apiUrl, appKey, appSecret, now } = this.#options
    return new StreamClient({
      ...{ client, apiUrl, clientId: appKey, clientSecret: appSecret, now },
      onUp: (lastHeardAt) => listener.connected(lastHeardAt),
      onDown: (end) => listener.disconnected(end),
      onFailure: (error) => listener.notConnected(error),
      onEvent: (eventType, data) => listener.happened(readEvent(eventType, data)),
    })
  }

  async stop(): Promise<void> {
    await this.#stream?.stop(FINISH_WITHIN_MS)
  }

  leaversSince(since: Date): Promise<string[]> {
    return this.#records.since(since)
  }
}
