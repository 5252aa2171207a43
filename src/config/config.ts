import { z } from 'zod'
import { OperatorError } from '../errors.js'
import { DAY, MINUTE } from '../time.js'
import {
  appCredential,
  brandName,
  cookieDomain,
  databaseUrl,
  duration,
  frontendUrl,
  listOf,
  logoUrl,
  origin,
  secureOrigin,
  sessionSecret,
  setting,
  trustProxy,
  wholeNumber,
} from './setting-values.js'

const USUAL_PORT = '8000'

/** One setting that cannot be used as it is. `problem` says what is wrong and what would be right, never a secret's value. */
export interface ConfigFault {
  setting: string
  problem: string
}

/** All faults of the settings at once. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    super(['The settings cannot be used:', ...faults.map((f) => `  ${f.setting}: ${f.problem}`)].join('\n'))
    this.faults = faults
  }
}

const databaseSetting = setting(databaseUrl).prefault('file:./data/login.db')

function environmentSchema(production: boolean, env: Record<string, string>) {
  const credential = setting(appCredential(production))
  const host = (name: string) => setting(secureOrigin(production)).prefault(`https://${name}.dingtalk.com`)
  return z.object({
    PORT: wholeNumber(0, 65_535).prefault(USUAL_PORT),
    HOST: z.string().optional(),
    PUBLIC_URL: setting(secureOrigin(production)).prefault('http://localhost:8000'),
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
    METRICS_PORT: wholeNumber(0, 65_535)
      .refine((port) => port === 0 || port !== Number(env.PORT ?? USUAL_PORT), "must not be PORT's: it is not public")
      .optional(),
    BRAND_NAME: setting(brandName).optional(),
    BRAND_LOGO_URL: setting(logoUrl).optional(),
    LOG_LEVEL: z
      .enum(
        ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
        'must be fatal, error, warn, info, debug, trace or silent',
      )
      .prefault('info'),
  })
}

/** The names of all settings. */
export const settingNames: readonly string[] = [...Object.keys(environmentSchema(false, {}).shape), 'NODE_ENV']

/**
 * Reads the settings, nested by who uses them. Empty ones count as not set.
 * @throws {ConfigError} with every fault, by name and without the values of secrets.
 */
export function readConfig(environment: Record<string, string | undefined>) {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) if (value?.trim()) env[name] = value.trim()
  const production = env.NODE_ENV?.toLowerCase() === 'production'

  const parsed = environmentSchema(production, env).safeParse(env)
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((i) => ({ setting: i.path.join('.'), problem: i.message })))
  }

  const s = parsed.data
  return {
    /** NODE_ENV is `production`. */
    production,
    listen: { port: s.PORT, host: s.HOST, metricsPort: s.METRICS_PORT },
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
    brand: { name: s.BRAND_NAME, logoUrl: s.BRAND_LOGO_URL },
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
