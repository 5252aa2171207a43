import { isIP } from 'node:net'
import { z } from 'zod'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const unitsMs = { s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/** The application that the emulator knows: production refuses it. */
const EMULATOR_APP_ID = 'dingemulator'
/** The secret that `.env.example` carries, so that a copy of it runs: production refuses it. */
const EXAMPLE_SECRET = 'only-for-development-replace-this-in-production'

/** One setting that cannot be used as it is. `problem` says what is wrong and what would be right, never a secret's value. */
export interface ConfigFault {
  setting: string
  problem: string
}

/** All faults of the settings at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    super(['The settings cannot be used:', ...faults.map((f) => `  ${f.setting}: ${f.problem}`)].join('\n'))
    this.faults = faults
  }
}

/** A string setting that `parse` turns into a value; what `parse` throws is the fault's text. */
function setting<T>(parse: (text: string) => T) {
  return z.string('is missing').transform((text, ctx) => {
    try {
      return parse(text)
    } catch (fault) {
      ctx.addIssue({ code: 'custom', message: fault instanceof Error ? fault.message : String(fault) })
      return z.NEVER
    }
  })
}

function duration({ min = SECOND, max = 365 * DAY, zero = false } = {}) {
  return setting((text) => {
    if (zero && text === '0') return 0
    const match = /^(\d{1,9})([smhd])$/.exec(text)
    const unit = match?.[2] as keyof typeof unitsMs | undefined
    if (!unit) throw new Error('is not a duration; write it like 90s, 15m, 8h or 7d')
    const ms = Number(match?.[1]) * unitsMs[unit]
    if (ms < min || ms > max) throw new Error(`must be between ${min / SECOND}s and ${max / SECOND}s`)
    return ms
  })
}

function wholeNumber(min: number, max: number) {
  return setting((text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= min && number <= max)) throw new Error(`must be a whole number from ${min} to ${max}`)
    return number
  })
}

function webUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:\/\/[^/\\]/i.test(text)) throw new Error('must be an http:// or https:// address')
  if (url.username || url.password || text.includes('@')) throw new Error('must not hold a user name or password')
  return url
}

/** An origin: scheme, host, port, and nothing behind them. */
function origin(text: string): string {
  const url = webUrl(text)
  if (text.includes('*')) throw new Error('must be exact: wildcards are not supported')
  if (url.pathname !== '/' || url.search || url.hash || /[?#]/.test(text)) {
    throw new Error('must be an origin such as https://login.example.com, without a path')
  }
  return url.origin
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

function frontendUrl(text: string): string {
  webUrl(text)
  if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('must be written in ASCII: percent-encode other characters')
  return text
}

function listOf<T>(parse: (text: string) => T) {
  return setting((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(parse),
  )
}

function trustProxy(text: string): number | string[] {
  if (/^\d+$/.test(text)) {
    if (Number(text) > 10) throw new Error('is a number of proxies, 10 at most')
    return Number(text)
  }
  if (text.toLowerCase() === 'true') {
    throw new Error(
      'must not be "true": every client could claim any address; give the number of proxies, or their addresses',
    )
  }
  return text.split(',').map((part) => {
    const subnet = part.trim()
    const [address = '', bits, ...rest] = subnet.split('/')
    const maxBits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
    const named = ['loopback', 'linklocal', 'uniquelocal'].includes(subnet)
    const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= maxBits)
    if (!named && (maxBits < 0 || !fits || rest.length > 0)) {
      throw new Error('must be the number of proxies, or a list of addresses and subnets such as 10.0.0.0/8')
    }
    return subnet
  })
}

function databaseUrl(text: string): string {
  if (text.startsWith('file:') && text.length > 'file:'.length) return text
  throw new Error('must be an SQLite file, such as file:./data/login.db')
}

const databaseSetting = setting(databaseUrl).prefault('file:./data/login.db')

function cookieDomain(publicUrl: string | undefined) {
  return (text: string): string => {
    const domain = text.toLowerCase().replace(/^\./, '')
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain) || isIP(domain)) {
      throw new Error('must be a domain of two labels or more, such as example.com')
    }
    const host = publicUrl && URL.canParse(publicUrl) ? new URL(publicUrl).hostname : ''
    if (host !== domain && !host.endsWith(`.${domain}`)) throw new Error("must be PUBLIC_URL's host or a parent of it")
    return domain
  }
}

function sessionSecret(production: boolean) {
  return (secret: string): string => {
    if (secret.length < 32) throw new Error('each secret must have at least 32 characters')
    if (production && new Set(secret).size < 8) throw new Error('holds a weak secret: use e.g. `openssl rand -hex 32`')
    if (production && secret === EXAMPLE_SECRET)
      throw new Error("holds the example's secret: use `openssl rand -hex 32`")
    return secret
  }
}

function appCredential(production: boolean) {
  return (text: string): string => {
    if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('must not hold spaces or characters beyond ASCII')
    if (production && text === EMULATOR_APP_ID) throw new Error("is the emulator's application, refused in production")
    return text
  }
}

function dingtalkHost(production: boolean) {
  return (text: string): string => {
    const host = origin(text)
    if (production && host.startsWith('http:') && !isLoopback(host)) throw new Error('must be https:// in production')
    return host
  }
}

function publicUrl(production: boolean) {
  return (text: string): string => {
    const url = origin(text)
    if (production && url.startsWith('http:') && !isLoopback(url)) throw new Error('must be https:// in production')
    return url
  }
}

function environmentSchema(production: boolean, env: Record<string, string>) {
  const credential = setting(appCredential(production))
  const host = (name: string) => setting(dingtalkHost(production)).prefault(`https://${name}.dingtalk.com`)
  return z.object({
    PORT: wholeNumber(0, 65_535).prefault('8000'),
    HOST: z.string().optional(),
    PUBLIC_URL: setting(publicUrl(production)).prefault('http://localhost:8000'),
    FRONTEND_URL: setting(frontendUrl).prefault('http://localhost:8080/'),
    ALLOWED_REDIRECTS: listOf(origin).prefault(''),
    DINGTALK_FLOW: z.enum(['qrconnect', 'oauth2'], 'must be qrconnect or oauth2').prefault('qrconnect'),
    DINGTALK_APP_ID: credential,
    DINGTALK_APP_SECRET: credential,
    DINGTALK_AUDIENCE: z.enum(['members', 'anyone'], 'must be members or anyone').prefault('members'),
    DINGTALK_CORP_APP_KEY: env.DINGTALK_CORP_APP_SECRET ? credential : credential.optional(),
    DINGTALK_CORP_APP_SECRET: env.DINGTALK_CORP_APP_KEY ? credential : credential.optional(),
    DINGTALK_LOGIN_URL: host('login'),
    DINGTALK_OAPI_URL: host('oapi'),
    DINGTALK_API_URL: host('api'),
    DINGTALK_TIMEOUT: duration({ max: MINUTE }).prefault('5s'),
    MEMBERSHIP_RECHECK: duration({ zero: true }).prefault('12h'),
    DATABASE_URL: databaseSetting,
    SESSION_SECRETS: listOf(sessionSecret(production)).refine((secrets) => secrets.length > 0, 'is empty'),
    SESSION_IDLE_TIMEOUT: duration().prefault('8h'),
    SESSION_MAX_AGE: duration().prefault('7d'),
    LOGIN_TIMEOUT: duration({ max: DAY }).prefault('10m'),
    COOKIE_DOMAIN: setting(cookieDomain(env.PUBLIC_URL)).optional(),
    TRUST_PROXY: setting(trustProxy).prefault('0'),
    RATE_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000).prefault('600'),
    LOG_LEVEL: z
      .enum(
        ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
        'must be fatal, error, warn, info, debug, trace or silent',
      )
      .prefault('info'),
  })
}

/**
 * Reads the settings, nested by who uses them. Empty ones count as not set.
 * @throws {ConfigError} with every fault, by name and without the values of secrets.
 */
export function readConfig(environment: Record<string, string | undefined>) {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) if (value?.trim()) env[name] = value.trim()
  const production = env.NODE_ENV === 'production'

  const parsed = environmentSchema(production, env).safeParse(env)
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((i) => ({ setting: i.path.join('.'), problem: i.message })))
  }

  const s = parsed.data
  return {
    listen: { port: s.PORT, host: s.HOST },
    /** The origin that browsers use, e.g. `https://login.example.com`. */
    publicUrl: s.PUBLIC_URL,
    redirects: {
      frontendUrl: s.FRONTEND_URL,
      origins: [...new Set([new URL(s.FRONTEND_URL).origin, ...s.ALLOWED_REDIRECTS])],
    },
    dingtalk: {
      flow: s.DINGTALK_FLOW,
      appId: s.DINGTALK_APP_ID,
      appSecret: s.DINGTALK_APP_SECRET,
      loginUrl: s.DINGTALK_LOGIN_URL,
      oapiUrl: s.DINGTALK_OAPI_URL,
      apiUrl: s.DINGTALK_API_URL,
      timeoutMs: s.DINGTALK_TIMEOUT,
    },
    membership: {
      audience: s.DINGTALK_AUDIENCE,
      appKey: s.DINGTALK_CORP_APP_KEY ?? s.DINGTALK_APP_ID,
      appSecret: s.DINGTALK_CORP_APP_SECRET ?? s.DINGTALK_APP_SECRET,
      /** 0: never looked up again. */
      recheckMs: s.MEMBERSHIP_RECHECK,
    },
    databaseUrl: s.DATABASE_URL,
    session: {
      secrets: s.SESSION_SECRETS,
      idleTimeoutMs: s.SESSION_IDLE_TIMEOUT,
      maxAgeMs: s.SESSION_MAX_AGE,
      cookieDomain: s.COOKIE_DOMAIN,
    },
    login: { timeoutMs: s.LOGIN_TIMEOUT },
    edge: { trustProxy: s.TRUST_PROXY, rateLimitPerMinute: s.RATE_LIMIT_PER_MINUTE },
    logLevel: s.LOG_LEVEL,
  }
}

/**
 * DATABASE_URL alone, for commands that need nothing else.
 * @throws {ConfigError}
 */
export function readDatabaseUrl(environment: Record<string, string | undefined>): string {
  const parsed = databaseSetting.safeParse(environment.DATABASE_URL?.trim() || undefined)
  if (parsed.success) return parsed.data
  throw new ConfigError(parsed.error.issues.map(({ message }) => ({ setting: 'DATABASE_URL', problem: message })))
}

export type Config = ReturnType<typeof readConfig>
