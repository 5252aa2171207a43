import type { Response } from 'express'
import { type Allowance, contentSecurityPolicy } from './content-security-policy.js'
import type { Html } from './html.js'

/** Sends a page, which may load what is allowed here and nothing else. */
export function sendPage(res: Response, page: Html, allowance: Allowance): void {
  res.set('Content-Security-Policy', contentSecurityPolicy(allowance))
  res.type('html').send(page.toString())
}
