import type { IncomingMessage, ServerResponse } from 'node:http'

/** Who is signed in, as `GET /me` says it. */
export interface DingtalkUser {
  id: string
  /** The nick of the first login: unique, and kept for life. */
  username: string
  /** What other programs call the person: ASCII, unique, kept for life and never given to anybody else. */
  handle: string
  /** The nick of the last login. */
  nick: string
  /** DingTalk's name for the person. */
  unionId: string
  avatarUrl: string | null
  /** ISO 8601. */
  lastLoginAt: string
}

declare global {
  namespace Express {
    interface User extends DingtalkUser {}
    interface Request {
      /** Set by `requireUser` and `optionalUser`. */
      user?: User | undefined
    }
  }
}

/** A duration, such as `90s`, `15m`, `8h` or `7d`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}` | (string & {})

/** What the documents call settings, by the same names; those of them that an application of one's own can use. */
export interface DingtalkLoginSettings {
  /** The origin of your application, as browsers know it. Default: `http://localhost:8000`. */
  PUBLIC_URL?: string | undefined
  /** Where people land after login. Default: the root of `PUBLIC_URL`. */
  FRONTEND_URL?: string | undefined
  /** Origins of further front ends. */
  ALLOWED_REDIRECTS?: string | readonly string[] | undefined
  DINGTALK_FLOW?: 'qrconnect' | 'oauth2' | (string & {}) | undefined
  /** Required. */
  DINGTALK_APP_ID?: string | undefined
  /** Required. */
  DINGTALK_APP_SECRET?: string | undefined
  DINGTALK_AUDIENCE?: 'members' | 'anyone' | (string & {}) | undefined
  DINGTALK_CORP_APP_KEY?: string | undefined
  DINGTALK_CORP_APP_SECRET?: string | undefined
  DINGTALK_LOGIN_URL?: string | undefined
  DINGTALK_OAPI_URL?: string | undefined
  DINGTALK_API_URL?: string | undefined
  DINGTALK_TIMEOUT?: Duration | undefined
  /** `0`: never. */
  MEMBERSHIP_RECHECK?: Duration | 0 | undefined
  DINGTALK_PROFILE?: 'none' | 'directory' | (string & {}) | undefined
  DINGTALK_CORP_ID?: string | undefined
  DINGTALK_EVENTS?: 'off' | 'stream' | (string & {}) | undefined
  EMAIL_DOMAIN?: string | undefined
  ADMINS?: string | readonly string[] | undefined
  /** `0`: none is kept in the database. */
  AUDIT_RETENTION?: Duration | 0 | undefined
  /** `file:…` or `postgresql://…`. Default: `file:./data/login.db`. */
  DATABASE_URL?: string | undefined
  /** Required: newest first, each of 32 characters or more. */
  SESSION_SECRETS?: string | readonly string[] | undefined
  SESSION_IDLE_TIMEOUT?: Duration | undefined
  SESSION_MAX_AGE?: Duration | undefined
  LOGIN_TIMEOUT?: Duration | undefined
  COOKIE_DOMAIN?: string | undefined
  /** Number of proxies, or their addresses: it is not taken from your application's `trust proxy`. */
  TRUST_PROXY?: number | string | readonly string[] | undefined
  RATE_LIMIT_PER_MINUTE?: number | string | undefined
  BRAND_NAME?: string | undefined
  BRAND_LOGO_URL?: string | undefined
  /** Of the lines that go to stdout; without effect where a logger is given. */
  LOG_LEVEL?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' | (string & {}) | undefined
  /** `production` refuses what is good for trying out alone. Not taken from the environment. */
  NODE_ENV?: string | undefined
}

/** What pino has, and the console: the fields of a line first, then what it says. */
export interface DingtalkLoginLogger {
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
  error(fields: object, message?: string): void
}

export interface DingtalkLoginOptions {
  /** Where lines go. Default: JSON on stdout, from `LOG_LEVEL` on. */
  logger?: DingtalkLoginLogger | undefined
}

/** Fits `app.use` of Express 5 and 4. */
export type DingtalkLoginHandler = (
  req: IncomingMessage & { user?: Express.User | undefined },
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** The login as part of an application. */
export interface DingtalkLogin {
  /** Everything that belongs to the login: `app.use(login.routes)`, at the root. Other addresses it leaves alone. */
  readonly routes: DingtalkLoginHandler
  /** Lets whoever is signed in pass, as `req.user`; answers everybody else as `GET /me` would: 401, JSON or a page. */
  readonly requireUser: DingtalkLoginHandler
  /** The same, but lets everybody pass: `req.user` is undefined where nobody is signed in. */
  readonly optionalUser: DingtalkLoginHandler
  /** Whether logins can be served: the database answers, and `close` has not been called. */
  isReady(): Promise<boolean>
  /** Lets running requests finish, for six seconds at most, then ends all that goes on. */
  close(): Promise<void>
}
