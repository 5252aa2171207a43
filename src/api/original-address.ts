import type { Request } from 'express'

/**
 * The address for which a proxy asks, from `X-Original-URL` (nginx) or from `X-Forwarded-Proto`, `-Host` and `-Uri`
 * (Caddy, Traefik). Undefined where there is none, or where the two disagree: one of them is then a client's own.
 * @NOTE only what a trusted peer sends may be read.
 */
export function originalAddressOf(req: Request): string | undefined {
  const whole = textOf(req, 'x-original-url')
  const [proto, host, uri] = ['proto', 'host', 'uri'].map((part) => textOf(req, `x-forwarded-${part}`))
  const isWhole = /^https?$/.test(proto ?? '') && /^[^/?#@\s]+$/.test(host ?? '') && uri?.startsWith('/')
  const joined = isWhole ? `${proto}://${host}${uri}` : undefined
  if (whole !== undefined && joined !== undefined && whole !== joined) return undefined
  return whole ?? joined
}

/** The method for which a proxy asks: its own question is always a GET. */
export function originalMethodOf(req: Request): string {
  return textOf(req, 'x-original-method') ?? textOf(req, 'x-forwarded-method') ?? req.method
}

/** Of a header that came twice nothing. Node reads headers as Latin-1: characters beyond ASCII are UTF-8. */
function textOf(req: Request, header: string): string | undefined {
  const [text, ...more] = req.headersDistinct[header] ?? []
  return text && more.length === 0 ? Buffer.from(text, 'latin1').toString() : undefined
}
