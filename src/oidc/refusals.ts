import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import { AppError } from '../errors.js'
import { bugFields, errorFields } from '../log.js'
import type { Audit } from '../services/audit.js'
import { currentRequest } from './openid-request.js'

/** What a person is told of an error that cannot be given to the application. */
export function publicError(failure: unknown): unknown {
  if (failure instanceof errors.SessionNotFound) return new AppError('attempt_expired', { detail: failure.message })
  if (!(failure instanceof errors.OIDCProviderError) || failure.status >= 500) return failure
  // For whoever sets the application up: the provider's words hold nothing of the inside.
  const text = [failure.error, failure.error_description].filter(Boolean).join(': ')
  const isUnknownPlace = failure instanceof errors.InvalidRedirectUri || failure instanceof errors.InvalidClient
  return new AppError(isUnknownPlace ? 'redirect_not_allowed' : 'bad_request', { hint: { text, shown: 'always' } })
}

/** Writes what applications are given, and what they are refused; their errors are OAuth's. */
export function reportTo(provider: Provider, audit: Audit): void {
  const refused = (ctx: KoaContextWithOIDC, error: unknown) => {
    // Ours are told where they are thrown.
    if (error instanceof AppError) return
    const { req } = currentRequest()
    const { error: code, error_detail, cause } = error instanceof errors.OIDCProviderError ? error : {}
    // What a parser says of a text can quote it, and the text may be a token.
    const detail = cause === undefined ? error_detail : undefined
    const application = ctx.oidc.client?.clientId
    audit.applicationRefused(req.client, { application, error: code, detail, at: ctx.oidc.route })
  }
  provider.on('authorization.error', refused)
  provider.on('grant.error', refused)
  provider.on('userinfo.error', refused)
  provider.on('introspection.error', refused)
  provider.on('revocation.error', refused)
  provider.on('end_session.error', refused)
  provider.on('end_session_confirm.error', refused)
  provider.on('authorization.success', (ctx: KoaContextWithOIDC) => {
    const { req, live } = currentRequest()
    const application = ctx.oidc.client?.clientId ?? ''
    if (live) audit.applicationEntered(req.client, { userId: live.user.id, sessionId: live.info.id, application })
  })
  provider.on('server_error', answerFailure)
}

/** A failure that is answered to an application: the provider would call each one a bug, and a database away too. */
function answerFailure(ctx: KoaContextWithOIDC, error: unknown): void {
  const { req, failure } = currentRequest()
  // A page says it, and the one place that makes it reports it.
  if (failure !== undefined) return
  if (!(error instanceof AppError)) {
    req.report('error', 'a bug', bugFields(error))
    return
  }
  req.report('error', 'the database could not be used', errorFields(error))
  ctx.status = error.status
  ctx.set(error.headers)
  ctx.body = { error: 'temporarily_unavailable', error_description: error.publicMessage }
}
