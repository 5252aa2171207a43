import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { RequestHandler } from 'express'
import helmet from 'helmet'
import { styleHash } from '../pages/stylesheet.js'

/** What one page may load beyond the stylesheet inside of it. Origins, or addresses whose origin is meant. */
export interface Allowance {
  /** Scripts, requests and pictures of this server's own. */
  own?: boolean
  images?: readonly (string | null | undefined)[]
  frame?: string | undefined
}

/** The Content-Security-Policy of a page: nothing that is not named. */
export function contentSecurityPolicy({ own = false, images = [], frame }: Allowance = {}): string {
  const self = own ? ["'self'"] : []
  const directives = {
    'default-src': ["'none'"],
    'style-src': [`'${styleHash}'`],
    'script-src': self,
    'connect-src': self,
    'img-src': [...self, ...images.map(originOf)],
    'frame-src': [originOf(frame)],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  }
  return Object.entries(directives)
    .map(([name, sources]) => [name, ...sources.filter((source) => source !== undefined)])
    .filter((directive) => directive.length > 1)
    .map((directive) => directive.join(' '))
    .join('; ')
}

/** The headers of every answer; pages put their own Content-Security-Policy in the place of this one, which allows nothing. */
export function securityHeaders(publicUrl: string): RequestHandler {
  const headers = new Map([
    ...headersOfHelmet(publicUrl),
    ['Content-Security-Policy', contentSecurityPolicy()],
    ['Cache-Control', 'no-store'],
  ])
  return function securityHeaders(_req, res, next) {
    res.setHeaders(headers)
    next()
  }
}

/** Those that helmet sets. They are the same for every answer, so it is asked once: it would do its work anew for each. */
function headersOfHelmet(publicUrl: string): Map<string, string> {
  const answer = new ServerResponse(new IncomingMessage(new Socket()))
  const setHeaders = helmet({
    contentSecurityPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: publicUrl.startsWith('https:') && { maxAge: 31_536_000, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
  })
  setHeaders(answer.req, answer, () => {})
  return new Map(Object.entries(answer.getHeaders()).map(([name, value]) => [name, String(value)]))
}

function originOf(address: string | null | undefined): string | undefined {
  return address ? new URL(address).origin : undefined
}
