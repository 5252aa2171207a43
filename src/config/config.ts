import { z } from 'zod'
import { OperatorError } from '../errors.js'
import { DAY, MINUTE } from '../time.js'
import { appCredential, corpId, sessionSecret } from './credentials.js'
import { type ConfigFault, crossFaults, USUAL_PORT, USUAL_PUBLIC_URL } from './cross-faults.js'
import { emailDomain } from './email-domain.js'
import type { EnvFile } from './env-file.js'
import { meantBy } from './near-names.js'
import {
  brandName,
  cookieDomain,
  databaseUrl,
  dingtalkOrigin,
  duration,
  frontendUrl,
  listOf,
  logoUrl,
  oneOf,
  origin,
  personId,
  plainText,
  secureOrigin,
  setting,
  trustProxy,
  wholeNumber,
} from './setting-values.js'
import { type ShownSetting, shownSettings } from './shown-settings.js'

/** All faults of the settings at once. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    super(['The settings cannot be used:', ...faults.map((f) => `  ${f.setting}: ${f.problem}`)].join('\n'))
    this.faults = faults
  }
}

function environmentSchema(production: boolean) {
  const credential = setting(appCredential(production))
  const host = (name: string) => setting(dingtalkOrigin(production)).prefault(`https://${name}.dingtalk.com`)
  return z.object({
    PORT: wholeNumber(0, 65_535).prefault(USUAL_PORT),
    HOST: setting(plainText).optional(),
    PUBLIC_URL: setting(secureOrigin(production)).prefault(USUAL_PUBLIC_URL),
    FRONTEND_URL: setting(frontendUrl).prefault('http://localhost:8080/'),
    ALLOWED_REDIRECTS: listOf(origin).prefault(''),
    DINGTALK_FLOW: oneOf('qrconnect', 'oauth2').prefault('qrconnect'),
    DINGTALK_APP_ID: credential,
    DINGTALK_APP_SECRET: credential,
    DINGTALK_AUDIENCE: oneOf('members', 'anyone').prefault('members'),
    DINGTALK_CORP_APP_KEY: credential.optional(),
    DINGTALK_CORP_APP_SECRET: credential.optional(),
    DINGTALK_LOGIN_URL: host('login'),
    DINGTALK_OAPI_URL: host('oapi'),
    DINGTALK_API_URL: host('api'),
    DINGTALK_TIMEOUT: duration({ max: MINUTE }).prefault('5s'),
    MEMBERSHIP_RECHECK: duration({ zero: true }).prefault('12h'),
    DINGTALK_PROFILE: oneOf('none', 'directory').prefault('none'),
    DINGTALK_CORP_ID: setting(corpId).optional(),
    DINGTALK_EVENTS: oneOf('off', 'stream').prefault('off'),
    EMAIL_DOMAIN: setting(emailDomain).optional(),
    ADMINS: listOf(personId).prefault(''),
    AUDIT_RETENTION: duration({ zero: true }).prefault('180d'),
    DATABASE_URL: setting(databaseUrl).prefault('file:./data/login.db'),
    SESSION_SECRETS: listOf(sessionSecret(production)).refine((secrets) => secrets.length > 0, 'is empty'),
    SESSION_IDLE_TIMEOUT: duration().prefault('8h'),
    SESSION_MAX_AGE: duration().prefault('7d'),
    LOGIN_TIMEOUT: duration({ max: DAY }).prefault('10m'),
    COOKIE_DOMAIN: setting(cookieDomain).optional(),
    TRUST_PROXY: setting(trustProxy).prefault('0'),
    RATE_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000).prefault('600'),
    METRICS_PORT: wholeNumber(0, 65_535).optional(),
    BRAND_NAME: setting(brandName).optional(),
    BRAND_LOGO_URL: setting(logoUrl).optional(),
    LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').prefault('info'),
  })
}

/** By whether NODE_ENV is `production`. */
export const schemas = { development: environmentSchema(false), production: environmentSchema(true) }
type Environment = z.infer<typeof schemas.development>

/** The names of all settings. */
export const settingNames: readonly string[] = [...Object.keys(schemas.development.shape), 'NODE_ENV']

/**
 * Reads the settings, nested by who uses them. Empty ones count as not set.
 * Where part of them came from an env file, that file helps to explain faults. `source` is where the rest came from.
 * @throws {ConfigError} with every fault, by name and without the values of secrets.
 */
export function readConfig(
  environment: Record<string, string | undefined>,
  envFile?: EnvFile,
  source: ShownSetting['source'] = 'environment',
) {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) if (value?.trim()) env[name] = value.trim()
  const production = env.NODE_ENV?.toLowerCase() === 'production'
  const schema = production ? schemas.production : schemas.development

  const parsed = schema.safeParse(env)
  const faults = parsed.success ? [] : parsed.error.issues.map(faultOf)
  const alone = new Set(faults.map((fault) => fault.setting))
  faults.push(...crossFaults(env).filter((fault) => !alone.has(fault.setting)))
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults.map((fault) => explained(fault, env, envFile)))
  const shown = shownSettings(env, { defaults: defaultsOf(schema), envFile, source })
  return { ...configOf(parsed.data, production), shown }
}

/** Of every setting; undefined where it has none. */
function defaultsOf({ shape }: typeof schemas.development): ReadonlyMap<string, string | undefined> {
  const defaults = Object.entries(shape).map(([name, { def }]): [string, string | undefined] => {
    const usual = 'defaultValue' in def ? String(def.defaultValue) : undefined
    return [name, usual]
  })
  return new Map([...defaults, ['NODE_ENV', undefined]])
}

const faultOf = ({ path, message }: z.core.$ZodIssue): ConfigFault => ({ setting: path.join('.'), problem: message })

/** Adds how the fault probably came about: another name stands in its place, or the value was cut. */
function explained(fault: ConfigFault, env: Record<string, string>, envFile: EnvFile | undefined): ConfigFault {
  const { setting, problem } = fault
  if (envFile?.cutAtHash.includes(setting))
    return { setting, problem: `${problem}; it ends before the first # in ${envFile.path}: write it in quotes` }
  const instead = Object.keys(env).find((name) => meantBy(name, settingNames) === setting)
  if (problem !== 'is missing' || !instead) return fault
  return { setting, problem: `is missing; ${instead} is set, but is no setting: probably ${setting} is meant` }
}

function configOf(s: Environment, production: boolean) {
  return {
    /** NODE_ENV is `production`. */
    production,
    listen: { port: s.PORT, host: s.HOST, metricsPort: s.METRICS_PORT },
    /** The origin that browsers use, e.g. `https://login.example.com`. */
    publicUrl: s.PUBLIC_URL,
    /** Whether browsers come by https. */
    secure: s.PUBLIC_URL.startsWith('https:'),
    /** Where DingTalk sends people back to. */
    callbackUrl: `${s.PUBLIC_URL}/callback`,
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
      /** The organisation's. */
      corpId: s.DINGTALK_CORP_ID,
      /** What the DingTalk client is asked for a code with; undefined where no login there goes without a scan by one. */
      inClient: inClientOf(s),
      /** Whether DingTalk tells of leavers and changes at once. */
      hasEvents: s.DINGTALK_EVENTS === 'stream',
    },
    membership: {
      audience: s.DINGTALK_AUDIENCE,
      appKey: s.DINGTALK_CORP_APP_KEY ?? s.DINGTALK_APP_ID,
      appSecret: s.DINGTALK_CORP_APP_SECRET ?? s.DINGTALK_APP_SECRET,
      /** 0: never looked up again. */
      recheckMs: s.MEMBERSHIP_RECHECK,
      /** Whether the directory is asked for more than membership: name, work e-mail, departments, roles. */
      hasProfiles: s.DINGTALK_PROFILE === 'directory',
    },
    emailDomain: s.EMAIL_DOMAIN,
    /** Unionids, or the directory's userids, of people who may open the console. */
    admins: s.ADMINS,
    /** How long the audit trail is kept in the database, in milliseconds; 0: none is kept there. */
    auditRetentionMs: s.AUDIT_RETENTION,
    databaseUrl: s.DATABASE_URL,
    session: {
      secrets: s.SESSION_SECRETS,
      idleTimeoutMs: s.SESSION_IDLE_TIMEOUT,
      maxAgeMs: s.SESSION_MAX_AGE,
      cookieDomain: s.COOKIE_DOMAIN,
    },
    login: { timeoutMs: s.LOGIN_TIMEOUT },
    edge: { trustProxy: s.TRUST_PROXY, rateLimitPerMinute: s.RATE_LIMIT_PER_MINUTE },
    brand: { name: s.BRAND_NAME, logoUrl: s.BRAND_LOGO_URL, host: new URL(s.PUBLIC_URL).host },
    logLevel: s.LOG_LEVEL,
  }
}

/** A code of the client is for an application of the organisation: one for scan logins alone cannot have it. */
function inClientOf({ DINGTALK_CORP_ID: corpId, DINGTALK_CORP_APP_KEY: corpAppKey, ...s }: Environment) {
  const clientId = corpAppKey ?? (s.DINGTALK_FLOW === 'oauth2' ? s.DINGTALK_APP_ID : undefined)
  return corpId !== undefined && clientId !== undefined ? { corpId, clientId } : undefined
}

export type Config = ReturnType<typeof readConfig>
