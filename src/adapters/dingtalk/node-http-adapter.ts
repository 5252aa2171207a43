import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { urlToHttpOptions } from 'node:url'
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { SECOND } from '../../time.js'

/** Shorter than servers and firewalls keep an idle connection: a request on one that is dead cannot be repeated. */
const IDLE_CONNECTION_MS = 15 * SECOND
/** The code of a `TransportError`: the response was longer than it may be. */
export const TOO_LONG = 'TOO_LONG'
/** The code of a `TransportError`: the response was not there, to its end, within the `timeout`. */
export const TIMEOUT = 'TIMEOUT'

/**
 * There was no response, or none that can be read. The code says why: it is Node's (`HPE_…` where it was not HTTP),
 * `TOO_LONG` or `TIMEOUT`.
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

/** Sends to one host. */
type Send = (request: { path: string; method: string; headers: OutgoingHttpHeaders }) => ClientRequest

/**
 * An axios adapter over Node's `http` with connections that are kept: no proxy, no redirect, no request sent twice.
 * `baseURL` is the origin, `url` the path with its query.
 *
 * What is left of axios is its interface: a request goes in, and a response comes out whatever its status. The adapters
 * that axios brings can also follow redirects, use proxies and transform data; here none of that may happen, and each
 * call would pay for it. See docs/decisions.
 */
export class NodeHttpAdapter {
  readonly #agents = {
    http: new HttpAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
    https: new HttpsAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
  }
  readonly #maxResponseBytes: number
  /** By origin, so that its address is read once. */
  readonly #hosts = new Map<string, Send>()

  constructor({ maxResponseBytes }: { maxResponseBytes: number }) {
    this.#maxResponseBytes = maxResponseBytes
  }

  /**
   * The adapter itself, as axios calls it.
   * @throws {TransportError}
   */
  readonly send = (config: InternalAxiosRequestConfig<string>): Promise<AxiosResponse<string>> =>
    new Promise((resolve, reject) => {
      const request = this.#open(config)
      const fail = (error: Error & { code?: string }) => {
        clearTimeout(timer)
        reject(new TransportError(error.code ?? 'no connection'))
      }
      // For the whole of it, which Node's own timeouts are not; a signal would cost several times as much.
      const timer = setTimeout(() => {
        fail(new TransportError(TIMEOUT))
        request.destroy()
      }, config.timeout)
      request.on('error', fail)
      request.on('response', (response) => {
        response.on('error', fail)
        this.#readAll(response, (data) => {
          clearTimeout(timer)
          const { statusCode = 0, statusMessage = '' } = response
          resolve({ data, status: statusCode, statusText: statusMessage, headers: {}, config })
        })
      })
      request.end(config.data)
    })

  /** Ends the idle connections. */
  close(): void {
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }

  #open({ baseURL: origin = '', url: path = '', method = '', headers }: InternalAxiosRequestConfig) {
    const send = this.#hosts.get(origin) ?? this.#sendTo(new URL(origin))
    this.#hosts.set(origin, send)
    return send({ path, method, headers: headers.toJSON(true) })
  }

  #sendTo(origin: URL): Send {
    const { hostname, port } = urlToHttpOptions(origin)
    const { http, https } = this.#agents
    if (origin.protocol === 'https:') return (request) => httpsRequest({ ...request, hostname, port, agent: https })
    return (request) => httpRequest({ ...request, hostname, port, agent: http })
  }

  #readAll(response: IncomingMessage, done: (text: string) => void): void {
    const chunks: Buffer[] = []
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > this.#maxResponseBytes) response.destroy(new TransportError(TOO_LONG))
      else chunks.push(chunk)
    })
    response.on('end', () => done(Buffer.concat(chunks).toString()))
  }
}
