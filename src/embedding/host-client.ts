import type { IncomingMessage } from 'node:http'
import proxyAddr from 'proxy-addr'
import { addressOf, readableForwarded } from '../middleware/client-address.js'
import { requestIdOf, userAgentOf } from '../middleware/request-context.js'
import type { Client } from '../services/audit.js'

/** Whether the peer of a connection, or a proxy behind it, is to be believed. */
export type Trust = (address: string, hop: number) => boolean

/**
 * Who asks for an address of the application. The request is left as it is, and its address is judged by TRUST_PROXY,
 * whatever the application trusts. Worked out when it is asked for.
 */
export class HostClient implements Client {
  readonly #req: IncomingMessage
  readonly #trust: Trust
  #requestId: string | undefined

  constructor(req: IncomingMessage, trust: Trust) {
    this.#req = req
    this.#trust = trust
  }

  get requestId(): string {
    this.#requestId ??= requestIdOf(this.#req)
    return this.#requestId
  }

  get ip(): string {
    const { headers, socket } = this.#req
    const forwarded = headers['x-forwarded-for']
    const readable = {
      ...headers,
      ...(typeof forwarded === 'string' && { 'x-forwarded-for': readableForwarded(forwarded) }),
    }
    const view: IncomingMessage = Object.create(this.#req, { headers: { value: readable } })
    return addressOf({ ip: proxyAddr(view, this.#trust), socket })
  }

  get userAgent(): string {
    return userAgentOf(this.#req)
  }
}
