import { sign } from '../../src/emulator/apis/signature.js'
import { APP, type Emulator } from '../../src/emulator/emulator.js'

export const CALLBACK = 'http://localhost:8000/callback'

type Parameters = Record<string, string | undefined>

/** What a server that makes no mistake would send a browser to; `undefined` leaves a parameter out. */
export function qrconnectUrl(emulator: Emulator, change: Parameters = {}, path = '/connect/qrconnect'): string {
  const query = { appid: APP.id, response_type: 'code', scope: 'snsapi_login', state: 's t&1', redirect_uri: CALLBACK }
  return address(emulator, path, { ...query, ...change })
}

export function oauth2Url(emulator: Emulator, change: Parameters = {}): string {
  const query = { client_id: APP.id, response_type: 'code', scope: 'openid', state: 's t&1', prompt: 'consent' }
  return address(emulator, '/oauth2/auth', { ...query, redirect_uri: CALLBACK, ...change })
}

function address(emulator: Emulator, path: string, query: Parameters): string {
  const url = new URL(path, emulator.url)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.append(name, value)
  return url.href
}

/** A browser that stops at redirects. */
export async function visit(url: string, language = 'en'): Promise<{ status: number; location: string; text: string }> {
  const response = await fetch(url, { redirect: 'manual', headers: { 'Accept-Language': language } })
  return { status: response.status, location: response.headers.get('Location') ?? '', text: await response.text() }
}

/** The code that a person's consent brings to the callback. */
export async function codeFrom(url: string, person = 'zhangsan'): Promise<string> {
  const { location } = await visit(`${url}&person=${person}`)
  return new URL(location).searchParams.get('code') ?? ''
}

interface ApiResponse {
  status: number
  body: unknown
}

export async function ask(url: string, init: RequestInit = {}): Promise<ApiResponse> {
  const response = await fetch(url, init)
  return { status: response.status, body: await response.json() }
}

export function post(url: string, body: unknown, contentType = 'application/json'): Promise<ApiResponse> {
  return ask(url, {
    method: 'POST',
    headers: { 'Content-Type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

export interface ExchangeChange {
  accessKey?: string
  timestamp?: string
  /** Percent-encoded already. */
  signature?: string
  body?: unknown
  contentType?: string
}

/** The signed exchange, right but for what is changed. */
export function userInfoByCode(emulator: Emulator, code: string, change: ExchangeChange = {}): Promise<ApiResponse> {
  const { accessKey = APP.id, timestamp = String(Date.now()), body = { tmp_auth_code: code }, contentType } = change
  const { signature = encodeURIComponent(sign(APP.secret, timestamp)) } = change
  const query = `accessKey=${accessKey}&timestamp=${timestamp}&signature=${signature}`
  return post(`${emulator.url}/sns/getuserinfo_bycode?${query}`, body, contentType)
}

export function userAccessToken(
  emulator: Emulator,
  code: string,
  change: Parameters = {},
  contentType?: string,
): Promise<ApiResponse> {
  const body = { clientId: APP.id, clientSecret: APP.secret, code, grantType: 'authorization_code', ...change }
  return post(`${emulator.url}/v1.0/oauth2/userAccessToken`, body, contentType)
}

export function usersMe(emulator: Emulator, headers: Record<string, string>): Promise<ApiResponse> {
  return ask(`${emulator.url}/v1.0/contact/users/me`, { headers })
}

export async function appToken(emulator: Emulator): Promise<string> {
  const { body } = await ask(`${emulator.url}/gettoken?appkey=${APP.id}&appsecret=${APP.secret}`)
  return textAt(body, 'access_token')
}

export function textAt(body: unknown, name: string): string {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
  if (typeof value !== 'string') throw new Error(`No text ${name} in ${JSON.stringify(body)}`)
  return value
}

/** A call on topapi with a token that is good, at an address such as `v2/user/get`. */
export async function topapi(emulator: Emulator, path: string, body: unknown): Promise<unknown> {
  const url = `${emulator.url}/topapi/${path}?access_token=${await appToken(emulator)}`
  return (await post(url, body)).body
}

/** Asks the control interface, in JSON. */
export function control(emulator: Emulator, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${emulator.url}/_emulator/${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}
