import type { Request, Response } from 'express'
import type Provider from 'oidc-provider'
import { rawQueryOf } from '../api/read-query.js'
import { cookiesNamed } from '../cookies/signed-cookie.js'
import { openidPaths } from '../services/openid-paths.js'
import { currentRequest, type OpenidRequest, requestOf } from './openid-request.js'

/** Ends the session of the browser that asks. */
type SignOut = (req: Request, res: Response) => Promise<void>

interface Edge {
  publicUrl: string
  /** The name of the provider's session cookie. */
  sessionCookie: string
}

/**
 * What readies a request for the provider, which builds its addresses from what stands in it: they are PUBLIC_URL's,
 * whatever Host or proxy the request came by. Its session cookie names our session, and is never the browser's to choose; but
 * for the question of a logout, which somebody who is not signed in has as well.
 */
export function edgeOf({ publicUrl, sessionCookie }: Edge): (request: OpenidRequest) => void {
  const { host, protocol } = new URL(publicUrl)
  const scheme = protocol.slice(0, -1)
  return function readyForProvider({ req, live }) {
    const { headers } = req
    headers.host = host
    headers['x-forwarded-proto'] = scheme
    delete headers['x-forwarded-host']
    const pairs = (headers.cookie ?? '').split(';').filter((pair) => cookiesNamed(sessionCookie, pair).length === 0)
    const own = live
      ? live.info.id
      : req.path.startsWith(openidPaths.endSession) && questionIn(sessionCookie, headers.cookie)
    headers.cookie = (own ? [...pairs, `${sessionCookie}=${own}`] : pairs).join(';')
    // The path alone: a request may name a whole address, of another host.
    const query = rawQueryOf(req)
    req.url = req.path.replace(/\/$/, '') + (query && `?${query}`)
    req.originalUrl = req.url
  }
}

/** The id of a logout's question, as the provider makes them: nothing that could be read as another cookie. */
function questionIn(sessionCookie: string, cookies: string | undefined): string | undefined {
  return cookiesNamed(sessionCookie, cookies).find((id) => /^[\w-]{1,64}$/.test(id))
}

/**
 * What surrounds the provider. With its session ours ends as well. What fails in it is answered where all errors are.
 * Where somebody is signed in, its session is the shadow of ours: browsers need no cookie of it.
 */
export function surround(provider: Provider, sessionCookie: string, signOut: SignOut): void {
  provider.on('session.destroyed', () => {
    currentRequest().isLogout = true
  })
  provider.use(async (ctx, next) => {
    const request = requestOf(ctx)
    const { req, res, live } = request
    try {
      await next()
      if (live && request.isLogout) await signOut(req, res)
    } catch (error) {
      request.failure = error
      ctx.respond = false
    }
    if (!live) return
    const lines = [res.getHeader('Set-Cookie') ?? []].flat().map(String)
    const kept = lines.filter((line) => !line.startsWith(`${sessionCookie}=`))
    if (kept.length > 0) ctx.set('Set-Cookie', kept)
    else ctx.remove('Set-Cookie')
  })
}
