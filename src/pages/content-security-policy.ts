import { type Stylesheet, stylesheet } from './stylesheet.js'

/** What one page may load beyond the stylesheet inside of it. Origins, or addresses whose origin is meant. */
export interface Allowance {
  /** Scripts, requests and pictures of this server's own. */
  own?: boolean
  /** Pictures inside of the page itself. */
  inlineImages?: boolean
  images?: readonly (string | null | undefined)[]
  frame?: string | undefined
  /** Where its forms may be sent, and what that leads to. */
  forms?: readonly string[]
  /** The stylesheet inside of it, where it is not that of the pages that everybody sees. */
  sheet?: Stylesheet
}

/**
 * Where a form of ours may lead that ends in a redirect to a front end or an application: browsers hold each further
 * redirect to `form-action`, and where applications send people next is theirs.
 */
export const leadingAnywhere = ["'self'", 'https:', 'http:']

/** The Content-Security-Policy of a page: nothing that is not named. */
export function contentSecurityPolicy(allowance: Allowance = {}): string {
  const { own = false, inlineImages = false, images = [], frame, forms, sheet = stylesheet } = allowance
  const self = own ? ["'self'"] : []
  const directives = {
    'default-src': ["'none'"],
    'style-src': [`'${sheet.hash}'`],
    'script-src': self,
    // Beside a frame its script asks whether the frame's address can be reached.
    'connect-src': [...self, originOf(frame)],
    'img-src': [...new Set([...self, ...(inlineImages ? ['data:'] : []), ...images.map(originOf)])],
    'frame-src': [originOf(frame)],
    'base-uri': ["'none'"],
    'form-action': forms ?? ["'none'"],
    'frame-ancestors': ["'none'"],
  }
  return Object.entries(directives)
    .map(([name, sources]) => [name, ...sources.filter((source) => source !== undefined)])
    .filter((directive) => directive.length > 1)
    .map((directive) => directive.join(' '))
    .join('; ')
}

function originOf(address: string | null | undefined): string | undefined {
  return address ? new URL(address).origin : undefined
}
