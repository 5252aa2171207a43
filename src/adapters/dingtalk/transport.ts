import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Axios, InternalAxiosRequestConfig } from 'axios'
import type { Agent } from 'undici'

/** Idle connections are given up before a server or a firewall in between does so unseen: a request on a dead one cannot be sent again. */
const IDLE_CONNECTION_MS = 15_000
/** Of an error: the answer was longer than it may be. */
export const TOO_LONG = 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
/** Of errors: what came was not sound HTTP. */
export const MALFORMED: ReadonlySet<string> = new Set(['HTTPParserError', 'UND_ERR_HEADERS_OVERFLOW'])

/**
 * No answer could be had, or read; the code says why: Node's or undici's, or the name of undici's error that has none.
 * @NOTE it knows nothing of the request, as an AxiosError would: that holds the secrets.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code: string

  constructor(cause: unknown) {
    const { name = 'no connection', code = name } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : {}
    super(code)
    this.code = code
  }
}

export interface TransportRequest {
  method: 'GET' | 'POST'
  url: URL
  headers: Record<string, string>
  body: string | undefined
  signal: AbortSignal
}

interface Options {
  maxAnswerBytes: number
}

interface Connection {
  axios: Axios
  agent: Agent
}

/**
 * axios over an undici agent: keep-alive connections, never by a proxy, never after a redirect and never a second time.
 * axios's own adapters do more, and cost more than all the rest of a call.
 */
export class Transport {
  /** Loaded with the first request: the start of a server need not wait for it. */
  #connection: Promise<Connection> | undefined
  readonly #maxAnswerBytes: number

  constructor({ maxAnswerBytes }: Options) {
    this.#maxAnswerBytes = maxAnswerBytes
  }

  /**
   * Gives the answer as it came, whatever its status.
   * @throws {TransportError}
   */
  async send({ url, body, ...request }: TransportRequest): Promise<{ status: number; text: string }> {
    this.#connection ??= this.#connect()
    const { axios } = await this.#connection
    const { status, data } = await axios.request<string>({ ...request, url: url.href, data: body })
    return { status, text: data }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await (await this.#connection)?.agent.destroy()
  }

  async #connect(): Promise<Connection> {
    const [{ Axios }, { Agent }] = await Promise.all([import('axios'), import('undici')])
    const agent = new Agent({
      keepAliveTimeout: IDLE_CONNECTION_MS,
      keepAliveMaxTimeout: IDLE_CONNECTION_MS,
      maxResponseSize: this.#maxAnswerBytes,
    })
    // Without the defaults of `axios.create`: they would be merged into each request, and transform what is sent and what came.
    return { axios: new Axios({ adapter: adapterOf(agent) }), agent }
  }
}

function adapterOf(agent: Agent) {
  return async (config: InternalAxiosRequestConfig) => {
    const { url = '', method, headers, data: body, signal } = config
    const { origin, pathname, search } = new URL(url)
    try {
      const answer = await agent.request({
        origin,
        path: pathname + search,
        method: method === 'post' ? 'POST' : 'GET',
        headers: headers.toJSON() as Record<string, string>,
        body,
        signal: signal as AbortSignal,
      })
      const text = await answer.body.text()
      // Not before then does undici take the connection for free: a login's next call would open another.
      await nextTurn()
      return { data: text, status: answer.statusCode, statusText: '', headers: {}, config }
    } catch (error) {
      throw new TransportError(error)
    }
  }
}
