/**
 * What logs people in here: `confidential` with a secret, `public` with PKCE alone, `proxy` for a host behind `/verify`,
 * which speaks no OpenID Connect.
 */
export type ApplicationKind = 'confidential' | 'public' | 'proxy'

/** What an operator decides of an application. */
export interface ApplicationSettings {
  /** For people. */
  name: string
  kind: ApplicationKind
  /** Compared as they are written. */
  redirectUris: string[]
  postLogoutRedirectUris: string[]
  /** Where an end of a session is announced. */
  backchannelLogoutUri: string | null
  /** Where people open it. */
  openUrl: string | null
  logoUrl: string | null
  /** One sentence for people, of at most 200 characters. */
  description: string | null
  /** Who may use it: `everyone`, or the names of groups; an empty list is nobody. */
  access: 'everyone' | string[]
  /** What it is told as `preferred_username`. */
  usernameClaim: 'handle' | 'username'
  /** Whether it is given refresh tokens when it asks for `offline_access`. */
  refreshTokens: boolean
  /** The scopes that it may ask for beyond the usual ones: `dingtalk`. */
  scopes: string[]
}

/** What an application is unless something else is said, but for its name. */
export const usualSettings: Omit<ApplicationSettings, 'name'> = {
  kind: 'confidential',
  redirectUris: [],
  postLogoutRedirectUris: [],
  backchannelLogoutUri: null,
  openUrl: null,
  logoUrl: null,
  description: null,
  access: 'everyone',
  usernameClaim: 'handle',
  refreshTokens: false,
  scopes: [],
}

export interface Application extends ApplicationSettings {
  /** Its `client_id`: `[a-z0-9][a-z0-9-]{0,62}`. */
  id: string
  /** As `hashSecret` makes it; null where the kind has no secret. */
  secretHash: string | null
  /** The secret before it, which counts until then. */
  previousSecretHash: string | null
  previousSecretUntil: Date | null
  createdAt: Date
}

/** One step of a change. */
export type ApplicationStep =
  | { step: 'add'; application: Application }
  | { step: 'change'; id: string; fields: Partial<Omit<Application, 'id' | 'createdAt'>> }
  | { step: 'remove'; id: string }

/** The applications' rows. Servers look at each request whether any has changed: what is written is seen at once. */
export interface ApplicationRows {
  /** By one prepared statement while no application or group is changed. */
  find(id: string): Promise<Application | undefined>
  /**
   * Whether there is one that speaks OpenID Connect, `confidential` or `public`, or was and is yet to be told of
   * logouts; by one prepared statement.
   */
  needOpenid(): Promise<boolean>
  /** By their ids. */
  list(): Promise<Application[]>
}
