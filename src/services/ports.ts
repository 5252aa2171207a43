/** What DingTalk says of the person who scanned. */
export interface DingTalkProfile {
  /** Empty where DingTalk sent none: such a person cannot be told from others and must not be logged in. */
  unionId: string
  /** As it came: hostile text until it is normalised. */
  nick: string
  avatarUrl: string | null
}

/** What a login hands to DingTalk, to get it back at the callback. */
export interface AuthorizeRequest {
  state: string
  redirectUri: string
}

/** DingTalk's code as a frame in a page of ours, which must have the origin of the redirect URI. */
export interface InlineCode {
  frameUrl: string
  /** Where the page goes on with the temporary code that the frame posts; not in the newer flow, whose frame posts the callback's address. */
  resumeUrl: string | undefined
}

/** One of DingTalk's two web login flows. */
export interface DingTalkFlow {
  /** The address of DingTalk's page that shows the code to scan. */
  authorizeUrl(request: AuthorizeRequest): string
  /** The address that logs in without a scan inside the DingTalk application, where the flow has one. */
  inClientUrl?(request: AuthorizeRequest): string
  inlineCode(request: AuthorizeRequest): InlineCode
  /**
   * Spends the authorization code, once.
   * @throws {DingTalkError}
   */
  profileFor(code: string): Promise<DingTalkProfile>
}

/** What the organisation's directory says of a person. */
export type Standing = 'employee' | 'external' | 'unknown'

export interface Directory {
  /** @throws {DingTalkError} where the directory gives no clear answer. */
  standingOf(unionId: string): Promise<Standing>
}

export interface User {
  id: string
  unionId: string
  username: string
  nick: string
  avatarUrl: string | null
  lastLoginAt: Date
  /** When the directory last confirmed the person; null where it was never asked. */
  membershipCheckedAt: Date | null
  /** Set by the operator: such a person has no login and no session. */
  disabledAt: Date | null
}

export interface UserStore {
  /**
   * Creates the person on their first login and refreshes nick and avatar on later ones; a disabled person is left as they are.
   * One row for one unionId, however many logins come at once.
   */
  recordLogin(profile: DingTalkProfile, at: Date, membershipCheckedAt: Date | null): Promise<User>
  /** The id of a person who has logged in before. */
  findId(unionId: string): Promise<string | undefined>
  markMembershipChecked(userId: string, at: Date): Promise<void>
}

/** A signed-in browser, as its owner sees it. */
export interface SessionInfo {
  /** Not the cookie's id. */
  id: string
  createdAt: Date
  lastSeenAt: Date
  ip: string
  userAgent: string
}

/** A session that may go on, with its person. */
export interface LiveSession {
  info: SessionInfo
  user: User
}

export interface NewSession {
  userId: string
  ip: string
  userAgent: string
}

/** The signed-in browsers. A cookie's id is known to its browser alone; what ends sessions gives the ids that people are shown. */
export interface SessionStore {
  open(cookieId: string, session: NewSession): Promise<void>
  /** The session behind a cookie's id, unless it is over or its person is disabled. */
  find(cookieId: string): Promise<LiveSession | undefined>
  /** Notes that the session is in use. Never brings an ended one back. */
  touch(session: SessionInfo): Promise<void>
  close(cookieId: string): Promise<void>
  list(userId: string): Promise<SessionInfo[]>
  end(userId: string, sessionId: string): Promise<string[]>
  endOthers(userId: string, keptSessionId: string): Promise<string[]>
  endAll(userId: string): Promise<string[]>
  /** How many sessions were used within the idle timeout. Cheap however many there are. */
  countAlive(): Promise<number>
}
