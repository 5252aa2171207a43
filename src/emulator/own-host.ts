import type { RequestHandler } from 'express'

const REFUSAL = `This Host is no name of the emulator, which is served under localhost, loopback addresses and the host of
EMULATOR_PUBLIC_URL: a site elsewhere could steer it under a name of its own.
`

/**
 * Refuses a request whose `Host` is not a name of the emulator: this machine's, or its public address.
 * A site elsewhere can give its own name the address of this machine (DNS rebinding): its pages would then be of one
 * origin with these, and could read and steer all of it.
 */
export function requireOwnHost(publicUrl: string): RequestHandler {
  return function requireOwnHost(req, res, next) {
    if (isOwnHost(req.get('Host') ?? '', publicUrl)) return next()
    res.status(403).type('text').send(REFUSAL)
  }
}

/** Whether the text of `Host` names the emulator. */
export function isOwnHost(host: string, publicUrl: string): boolean {
  const hostname = hostnameOf(host)
  const publicHostname = new URL(publicUrl).hostname
  return hostname !== undefined && (isLoopback(hostname) || hostname === publicHostname)
}

/** The host without its port, as a URL writes it; undefined where the text is no host. */
function hostnameOf(host: string): string | undefined {
  if (!/^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) || !URL.canParse(`http://${host}`)) return undefined
  return new URL(`http://${host}`).hostname
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
