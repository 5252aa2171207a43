import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Axios, AxiosResponse, InternalAxiosRequestConfig } from 'axios'

/** Idle connections are given up before a server or a firewall in between does so unseen: a request on a dead one cannot be sent again. */
const IDLE_CONNECTION_MS = 15_000
/** Of an error: the answer was longer than it may be. */
export const TOO_LONG = 'TOO_LONG'

/**
 * No answer could be had, or read; the code says why: Node's own (`HPE_…` where it was not HTTP), or `TOO_LONG`.
 * @NOTE it knows nothing of the request, as an AxiosError would: that holds the secrets.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code: string

  constructor(code: string) {
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

/**
 * axios over keep-alive connections of Node's: never by a proxy, never after a redirect and never a second time.
 * axios's own adapter can do more, and costs half as much again for it.
 */
export class Transport {
  readonly #agents = {
    'http:': new HttpAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
    'https:': new HttpsAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
  }
  readonly #maxAnswerBytes: number
  /** Loaded with the first request: the start of a server need not wait for it. */
  #axios: Promise<Axios> | undefined

  constructor({ maxAnswerBytes }: Options) {
    this.#maxAnswerBytes = maxAnswerBytes
  }

  /**
   * Gives the answer as it came, whatever its status.
   * @throws {TransportError}
   */
  async send({ url, body, ...request }: TransportRequest): Promise<{ status: number; text: string }> {
    // Without the defaults of `axios.create`: they would be merged into each request, and transform what is sent and what came.
    this.#axios ??= import('axios').then(({ Axios }) => new Axios({ adapter: this.#adapter }))
    const axios = await this.#axios
    const { status, data } = await axios.request<string>({ ...request, url: url.href, data: body })
    return { status, text: data }
  }

  /** Ends the idle connections. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }

  readonly #adapter = (config: InternalAxiosRequestConfig): Promise<AxiosResponse<string>> =>
    new Promise((resolve, reject) => {
      const fail = (error: Error & { code?: string }) => reject(new TransportError(error.code ?? 'no connection'))
      const sent = this.#request(config)
      sent.on('error', fail)
      sent.on('response', (answer) => {
        answer.on('error', fail)
        this.#readAll(answer, (text) => {
          const { statusCode = 0, statusMessage = '' } = answer
          resolve({ data: text, status: statusCode, statusText: statusMessage, headers: {}, config })
        })
      })
      sent.end(config.data)
    })

  #request({ url = '', method = '', headers, signal }: InternalAxiosRequestConfig) {
    const options = {
      method,
      headers: headers.toJSON() as OutgoingHttpHeaders,
      ...(signal && { signal: signal as AbortSignal }),
    }
    if (url.startsWith('https:')) return httpsRequest(url, { ...options, agent: this.#agents['https:'] })
    return httpRequest(url, { ...options, agent: this.#agents['http:'] })
  }

  #readAll(answer: IncomingMessage, done: (text: string) => void): void {
    const chunks: Buffer[] = []
    let bytes = 0
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > this.#maxAnswerBytes) answer.destroy(new TransportError(TOO_LONG))
      else chunks.push(chunk)
    })
    answer.on('end', () => done(Buffer.concat(chunks).toString()))
  }
}
