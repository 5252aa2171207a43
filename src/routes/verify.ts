import { type Request, type Response, Router } from 'express'
import { address } from '../api/address.js'
import { originalAddressOf, originalMethodOf } from '../api/original-address.js'
import { queryOf } from '../api/read-query.js'
import { redirect } from '../api/redirect.js'
import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { isFromTrustedPeer } from '../middleware/client-address.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { WarnOnce } from '../middleware/warn-once.js'
import type { Application } from '../services/application.js'
import { harmlessUsername } from '../services/harmless-username.js'
import { groupsFor, isPermitted } from '../services/permission.js'
import type { User } from '../services/ports.js'

type Dependencies = Pick<
  Context,
  'config' | 'login' | 'browserSessions' | 'accessRules' | 'knownPeople' | 'audit' | 'crossOrigin'
>

/** Where a proxy names no application, whoever is signed in is let through. */
const ANY_APPLICATION = { access: 'everyone' } as const
/** Longer than any id: what is asked for stands in the log. */
const MAX_ID_LENGTH = 64

/**
 * Tells a reverse proxy whether the browser is signed in, and as whom: nginx `auth_request`, Caddy `forward_auth`,
 * Traefik `forwardAuth`. Every method is alike, OPTIONS too: answering a preflight with 204 here would let it through.
 */
export function verifyRoutes(ctx: Dependencies): Router {
  const { config, login, browserSessions, accessRules, knownPeople, audit, crossOrigin } = ctx
  const router = Router({ caseSensitive: true })
  const warnOnce = new WarnOnce()

  async function verify(req: Request, res: Response): Promise<void> {
    const live = await browserSessions.signedIn(req)
    if (!live) return sendToLogin(req, res)
    const id = applicationIdOf(req)
    // Before the person's groups are worked out: old groups must not open a new application.
    const application = id === undefined ? undefined : await accessRules.application(id)
    const person = await knownPeople.of(live)
    const { user, email, groups = [] } = person
    if (id !== undefined && !(application && isPermitted(application, person)))
      throw refused(req, res, { id: id.slice(0, MAX_ID_LENGTH), application, user })
    res.set('X-Auth-Request-User', user.id)
    // Headers carry ASCII alone.
    res.set('X-Auth-Request-Preferred-Username', encodeURIComponent(harmlessUsername(user)))
    // Always all of them: a proxy may else pass on what a client sent.
    res.set('X-Auth-Request-Email', email?.address ?? '')
    res.set('X-Auth-Request-Groups', groupsFor(application ?? ANY_APPLICATION, groups).join(','))
    res.status(204).end()
  }

  /** The login's address, which leads back to where the browser wanted to go. */
  function sendToLogin(req: Request, res: Response): void {
    const isTrusted = isFromTrustedPeer(req)
    const url = loginUrlOf(req)
    if (isNavigation(req, isTrusted) && queryOf(req).get('login') === 'redirect') redirect(res, url)
    else res.set('X-Auth-Request-Redirect', url).status(401).end()
  }

  /** The error of somebody who may not enter. A proxy that shows no page of ours finds the address of one in a header. */
  function refused(req: Request, res: Response, { id, application, user }: Refusal): AppError {
    const againUrl = loginUrlOf(req, { anew: true })
    const wanted = new URL(againUrl).searchParams.get('redirect') ?? undefined
    const page = address('/login', { error: 'not_permitted', redirect: wanted })
    res.set('X-Auth-Request-Redirect', `${config.publicUrl}${page}`)
    if (wanted !== undefined) res.locals.wanted = wanted
    res.locals.refusal = { application: application?.name ?? id, username: user.username, againUrl, isElsewhere: true }
    // Applications are counted by name: whoever asks must not make up more of them.
    const asked = application ? { application: id } : { detail: id }
    audit.applicationRefused(req.client, { ...asked, userId: user.id, error: 'not_permitted', at: 'verify' })
    return new AppError('not_permitted', { detail: id, userId: user.id })
  }

  function loginUrlOf(req: Request, how?: { anew: boolean }): string {
    const { url, refusal } = login.beginUrl(isFromTrustedPeer(req) ? originalAddressOf(req) : undefined, how)
    if (refusal) warnOnce.report(req, refusal)
    return url
  }

  addEndpoint(router, crossOrigin, { path: '/verify', methods: { ANY: verify } })
  return router
}

interface Refusal {
  /** As it was asked for. */
  id: string
  application: Pick<Application, 'name'> | undefined
  user: User
}

/** @throws {AppError} `bad_request` where the proxy names several, or misspells the parameter: no rule may be left out */
function applicationIdOf(req: Request): string | undefined {
  const query = queryOf(req)
  const [id, ...more] = query.getAll('app')
  const isMisspelt = [...query.keys()].some((name) => name !== 'app' && /app/i.test(name))
  if (more.length > 0 || isMisspelt) throw new AppError('bad_request', { detail: 'app is given twice, or misspelt' })
  return id
}

/**
 * Whether a person goes to an address, rather than a script, a form or a WebSocket: only they can log in and come back.
 */
function isNavigation(req: Request, isTrusted: boolean): boolean {
  const method = isTrusted ? originalMethodOf(req) : req.method
  const mode = req.get('sec-fetch-mode') ?? 'navigate'
  return method === 'GET' && mode === 'navigate' && (req.get('accept') ?? '').includes('text/html')
}
