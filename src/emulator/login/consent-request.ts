import { APP } from '../known-app.js'
import { repeated, single } from '../parameters.js'

/** Why a page of DingTalk shows an error, and never sends the browser to the callback. */
export type AuthorizeRefusalCode =
  | 'repeated_parameter'
  | 'unknown_app'
  | 'invalid_redirect_uri'
  | 'unregistered_redirect_uri'
  | 'invalid_response_type'
  | 'invalid_scope'
  | 'missing_prompt'
  | 'invalid_goto'
  | 'invalid_login_tmp_code'
  | 'unknown_person'

/** An authorize address is wrong. */
export class AuthorizeRefusal extends Error {
  override readonly name = 'AuthorizeRefusal'
  readonly code: AuthorizeRefusalCode

  constructor(code: AuthorizeRefusalCode) {
    super(code)
    this.code = code
  }
}

export type AuthorizeAddress = 'qrconnect' | 'sns_authorize' | 'oauth2'

/** What a server asks a person to agree to. */
export interface ConsentRequest {
  flow: 'qrconnect' | 'oauth2'
  redirectUri: string
  state: string | undefined
  withCorpId: boolean
}

const scopes: Record<AuthorizeAddress, string[]> = {
  qrconnect: ['snsapi_login'],
  sns_authorize: ['snsapi_login', 'snsapi_auth'],
  oauth2: ['openid', 'openid corpid'],
}

/**
 * Reads an authorize address as DingTalk does.
 * https://open.dingtalk.com/document/development/obtain-identity-credentials
 * https://open.dingtalk.com/document/development/scan-qr-code-to-log-on-to-third-party-websites
 * @throws {AuthorizeRefusal}
 */
export function readConsentRequest(
  address: AuthorizeAddress,
  query: URLSearchParams,
  registered: string[] | undefined,
): ConsentRequest {
  const scope = single(query, 'scope') ?? ''
  const redirectUri = single(query, 'redirect_uri') ?? ''
  if (repeated(query) !== undefined) throw new AuthorizeRefusal('repeated_parameter')
  if (single(query, address === 'oauth2' ? 'client_id' : 'appid') !== APP.id) throw new AuthorizeRefusal('unknown_app')
  if (!isWebAddress(redirectUri)) throw new AuthorizeRefusal('invalid_redirect_uri')
  if (registered && !isRegistered(redirectUri, registered)) throw new AuthorizeRefusal('unregistered_redirect_uri')
  if (single(query, 'response_type') !== 'code') throw new AuthorizeRefusal('invalid_response_type')
  if (!scopes[address].includes(scope)) throw new AuthorizeRefusal('invalid_scope')
  if (address === 'oauth2' && single(query, 'prompt') !== 'consent') throw new AuthorizeRefusal('missing_prompt')
  return {
    flow: address === 'oauth2' ? 'oauth2' : 'qrconnect',
    redirectUri,
    state: single(query, 'state'),
    withCorpId: scope === 'openid corpid',
  }
}

/** The callback's address, with these parameters behind its own query. */
export function callbackAddress(request: ConsentRequest, parameters: Record<string, string>): string {
  const added = new URLSearchParams(parameters)
  if (request.state !== undefined) added.append('state', request.state)
  const callback = new URL(request.redirectUri)
  callback.search = callback.search === '' ? `?${added}` : `${callback.search}&${added}`
  return callback.href
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text)
}

function isRegistered(redirectUri: string, registered: string[]): boolean {
  return registered.some((address) => withoutQuery(address) === withoutQuery(redirectUri))
}

function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address)
  return origin + pathname
}
