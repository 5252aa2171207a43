import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { Dispatcher } from 'undici'
// This file of it alone: the whole package brings another fetch, WebSocket and caches, twice as much to load and to keep.
import Client from 'undici/lib/dispatcher/client.js'
import { SECOND } from '../../time.js'
import { TIMEOUT, TOO_LONG, TransportError } from './transport-error.js'

/** Shorter than servers and firewalls keep an idle connection: a request on one that is dead cannot be repeated. */
const IDLE_CONNECTION_MS = 15 * SECOND
/** undici's own deadlines are for a part each; a call has one for the whole of it. */
const NONE = 0

/** What undici calls otherwise than Node and this project do. */
const CODES: Record<string, string> = {
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_HEADERS_OVERFLOW: 'HPE_HEADER_OVERFLOW',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: TOO_LONG,
}

/**
 * An axios adapter over undici's connections, which are kept: no proxy, no redirect, no request sent twice.
 * `baseURL` is the origin, `url` the path with its query.
 *
 * What is left of axios is its interface: a request goes in, and a response comes out whatever its status. The adapters
 * that axios brings can also follow redirects, use proxies and transform data; here none of that may happen, and each
 * call would pay for it. See docs/decisions.
 */
export class UndiciAdapter {
  readonly #maxResponseBytes: number
  readonly #connections = new Set<Client>()
  /** Those that nothing is under way on, by origin; the last one used is taken first, so that the others may end. */
  readonly #idle = new Map<string, Client[]>()

  constructor({ maxResponseBytes }: { maxResponseBytes: number }) {
    this.#maxResponseBytes = maxResponseBytes
  }

  /**
   * The adapter itself, as axios calls it.
   * @throws {TransportError}
   */
  readonly send = (config: InternalAxiosRequestConfig<string>): Promise<AxiosResponse<string>> =>
    new Promise((resolve, reject) => {
      const { baseURL: origin = '', timeout } = config
      const idle = this.#idleTo(origin)
      const connection = idle.pop() ?? this.#connect(origin)
      const timer = setTimeout(() => {
        this.#connections.delete(connection)
        void connection.destroy(new TransportError(TIMEOUT))
      }, timeout)
      const settle = () => {
        clearTimeout(timer)
        if (this.#connections.has(connection)) idle.push(connection)
      }
      const response = new ResponseReader({
        onEnd: (status, data) => {
          settle()
          resolve({ data, status, statusText: '', headers: {}, config })
        },
        onError: (code) => {
          settle()
          reject(new TransportError(code))
        },
      })
      connection.dispatch(requestOf(config), response)
    })

  /** Ends all connections. */
  close(): void {
    for (const connection of this.#connections) void connection.destroy()
    this.#connections.clear()
  }

  #idleTo(origin: string): Client[] {
    const idle = this.#idle.get(origin) ?? []
    this.#idle.set(origin, idle)
    return idle
  }

  #connect(origin: string): Client {
    const connection = new Client(origin, {
      keepAliveTimeout: IDLE_CONNECTION_MS,
      keepAliveMaxTimeout: IDLE_CONNECTION_MS,
      maxResponseSize: this.#maxResponseBytes,
      // Still one request at a time is under way on each. With 1 undici would let other work of the process pass
      // before it sends the next one.
      pipelining: 2,
      connectTimeout: NONE,
      headersTimeout: NONE,
      bodyTimeout: NONE,
    })
    this.#connections.add(connection)
    return connection
  }
}

function requestOf({ url: path = '', method = '', headers, data }: InternalAxiosRequestConfig<string>) {
  return {
    path,
    method: method.toUpperCase() as Dispatcher.HttpMethod,
    headers: headers.toJSON(true) as Record<string, string>,
    body: data ?? null,
  }
}

interface Told {
  onEnd: (status: number, text: string) => void
  onError: (code: string) => void
}

/** Reads a response to its end; has what undici looks for in a handler. */
class ResponseReader implements Dispatcher.DispatchHandler {
  readonly #told: Told
  readonly #chunks: Buffer[] = []
  #status = 0

  constructor(told: Told) {
    this.#told = told
  }

  /** Without it undici takes this for a handler of its older kind. */
  onRequestStart(): void {}

  onResponseStart(_controller: unknown, status: number): void {
    this.#status = status
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#told.onEnd(this.#status, Buffer.concat(this.#chunks).toString())
  }

  onResponseError(_controller: unknown, error: Error & { code?: string }): void {
    this.#told.onError(codeOf(error))
  }
}

/** @NOTE nothing else of an error may go on: some of undici's hold what came. */
function codeOf({ name, code }: Error & { code?: string }): string {
  // undici leaves out llhttp's code where it has none of that number.
  if (code === undefined) return name === 'HTTPParserError' ? 'HPE_INVALID' : 'no connection'
  return CODES[code] ?? code
}
