import { createHmac } from 'node:crypto'

const HOUR = 60 * 60_000
export const ATTEMPT_MS = HOUR / 6
export const SESSION_MS = 7 * 24 * HOUR

/** The references are told by the environment what the server is told, under the same names. */
function setting(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}

export const settings = {
  port: Number(setting('PORT')),
  publicUrl: setting('PUBLIC_URL'),
  callbackUrl: `${setting('PUBLIC_URL')}/callback`,
  frontendUrl: setting('FRONTEND_URL'),
  flow: setting('DINGTALK_FLOW'),
  appId: setting('DINGTALK_APP_ID'),
  appSecret: setting('DINGTALK_APP_SECRET'),
  oapiUrl: setting('DINGTALK_OAPI_URL'),
  databaseUrl: setting('DATABASE_URL'),
  databaseFile: setting('DATABASE_URL').replace(/^file:/, ''),
  secret: setting('SESSION_SECRETS'),
}

export function authorizeUrl(state: string): string {
  const query = { response_type: 'code', state, redirect_uri: settings.callbackUrl }
  if (settings.flow === 'oauth2') {
    const newer = { client_id: settings.appId, scope: 'openid', prompt: 'consent' }
    return `${settings.oapiUrl}/oauth2/auth?${new URLSearchParams({ ...query, ...newer })}`
  }
  const parameters = new URLSearchParams({ ...query, appid: settings.appId, scope: 'snsapi_login' })
  return `${settings.oapiUrl}/connect/qrconnect?${parameters}`
}

/** What buys a person's token in the newer flow. */
export function grantOf(code: unknown) {
  return { clientId: settings.appId, clientSecret: settings.appSecret, code, grantType: 'authorization_code' }
}

/** Path and query of the exchange, signed. */
export function exchangePath(): string {
  const timestamp = String(Date.now())
  const signature = createHmac('sha256', settings.appSecret).update(timestamp).digest('base64')
  return `/sns/getuserinfo_bycode?${new URLSearchParams({ accessKey: settings.appId, timestamp, signature })}`
}

export const tokenPath = `/gettoken?${new URLSearchParams({ appkey: settings.appId, appsecret: settings.appSecret })}`

export interface ExchangeAnswer {
  errcode: number
  user_info: { nick: string; unionid: string }
}

export interface TokenAnswer {
  errcode: number
  access_token: string
  expires_in: number
}

export interface StandingAnswer {
  errcode: number
  result: { contact_type: number }
}

export interface Person {
  id: string
  unionId: string
  username: string
  nick: string
  avatarUrl: string | null
  lastLoginAt: string
}
