import { isIP, type Socket } from 'node:net'
import type { Request, RequestHandler } from 'express'

const IPV4_WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d+$/
const IPV6_IN_BRACKETS = /^\[([^\]]+)\](?::\d+)?$/

/** The address in an entry of `X-Forwarded-For`, without the port and brackets that some gateways write. */
function withoutPort(entry: string): string {
  const text = entry.trim()
  return IPV4_WITH_PORT.exec(text)?.[1] ?? IPV6_IN_BRACKETS.exec(text)?.[1] ?? text
}

/** What stands in `X-Forwarded-For`, as addresses alone. */
export function readableForwarded(forwarded: string): string {
  return forwarded.split(',').map(withoutPort).join(', ')
}

/**
 * Takes the ports out of `X-Forwarded-For` before Express reads it: Azure's gateways write them
 * (https://learn.microsoft.com/azure/application-gateway/how-application-gateway-works).
 */
export const readableForwardedFor: RequestHandler = (req, _res, next) => {
  const forwarded = req.headers['x-forwarded-for']
  if (typeof forwarded === 'string') req.headers['x-forwarded-for'] = readableForwarded(forwarded)
  next()
}

/** `ip` is the address that TRUST_PROXY lets us believe. */
interface Asker {
  ip?: string | undefined
  socket: Pick<Socket, 'remoteAddress'>
}

/**
 * The client's address, as TRUST_PROXY lets us believe it; the nearest proxy's where that proxy passed on something
 * that is none. IPv4 as such, not mapped into IPv6.
 */
export function addressOf(req: Asker): string {
  const address = (hasReadableAddress(req) ? req.ip : req.socket.remoteAddress) ?? ''
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}

/** Whether what the trusted proxies say of the client is an address at all. */
export function hasReadableAddress(req: Pick<Asker, 'ip'>): boolean {
  return isIP(req.ip ?? '') !== 0
}

/** Whether TRUST_PROXY trusts the peer of this connection; without proxies, whether it is this machine itself. */
export function isFromTrustedPeer(req: Request): boolean {
  const peer = req.socket.remoteAddress ?? ''
  const isTrusted: (address: string, hop: number) => boolean = req.app.get('trust proxy fn')
  return isTrusted(peer, 0) || (req.app.get('trust proxy') === 0 && isLoopback(peer))
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}
