import type { DirectoryProfile, ProfileReading } from './directory.js'

/** What DingTalk says of the person who scanned. */
export interface DingTalkProfile {
  /** Empty where DingTalk sent none: such a person cannot be told from others and must not be logged in. */
  unionId: string
  /** As it came: hostile text until it is normalised. */
  nick: string
  avatarUrl: string | null
  /** Nick and avatar were not told, and these stand in for them: good for a first login only. */
  isStandIn?: boolean
}

/** What a login hands to DingTalk, to get it back at the callback. */
export interface AuthorizeRequest {
  state: string
  redirectUri: string
}

/** DingTalk's code as a frame in a page of ours, which must have the origin of the redirect URI. */
export interface InlineCode {
  frameUrl: string
  /**
   * Where the page goes on with the temporary code that the frame posts; undefined in the newer flow, whose frame
   * posts the callback's address.
   */
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

export interface User {
  id: string
  unionId: string
  username: string
  /** Unique, kept for life and never given to someone else: ASCII, `[a-z0-9._-]{1,32}`. */
  handle: string
  /** The directory's name for the user; null where it has never been asked. */
  userid: string | null
  nick: string
  avatarUrl: string | null
  /** Null where they have not come yet: never of somebody who is signed in. */
  lastLoginAt: Date | null
  /** When the directory last confirmed the user; null where it was never asked. */
  membershipCheckedAt: Date | null
  /** Set by the operator: such a user has no login and no session. */
  disabledAt: Date | null
  /** As the directory last said; null where it was never asked for it. */
  profile: DirectoryProfile | null
  profileReadAt: Date | null
}

/** A user as they are kept: who was there before handles were may have none yet, see `Handles`. */
export type StoredUser = Omit<User, 'handle'> & { handle: string | null }

/** When the directory let somebody in, and under which name: both null where it was not asked. */
type Checked = Pick<User, 'membershipCheckedAt' | 'userid'>

/** What the directory's word is worth when it lets somebody in. */
export type Admission = Checked & {
  /** What else it said, where it was asked and did. */
  reading?: ProfileReading
}

/** What a login knows of its user. */
export type SeenAtLogin = Checked & Pick<User, 'nick' | 'avatarUrl'> & { lastLoginAt: Date }

/** The same of a user who has been here before: nick and avatar are undefined where DingTalk did not tell them. */
export type SeenAgain = Omit<SeenAtLogin, 'nick' | 'avatarUrl'> &
  (Pick<User, 'nick' | 'avatarUrl'> | { nick?: undefined; avatarUrl?: undefined })

export type NewUser = SeenAtLogin & Pick<User, 'id' | 'unionId' | 'username' | 'handle'> & { createdAt: Date }

/** The users' rows: `unionId`, `username` and `handle` are unique. */
export interface UserRows {
  /**
   * Writes what a login saw, but for what is undefined and a userid of null; returns undefined, and writes nothing, where there is no such
   * user or they are disabled.
   */
  recordReturn(unionId: string, seen: SeenAgain): Promise<StoredUser | undefined>
  /**
   * Returns undefined where the unionId is known, or where the username or the handle is, as either of the two, another's,
   * was somebody's who was deleted, or is promised to somebody else; with `unlessPromised` also where this person is
   * promised a handle.
   * @throws {AppError} `account_disabled` where the person was deleted while they were disabled
   */
  create(user: NewUser, options?: { unlessPromised: boolean }): Promise<StoredUser | undefined>
  findByUnionId(unionId: string): Promise<StoredUser | undefined>
  markMembershipChecked(userId: string, userid: string, at: Date): Promise<void>
}

/** A user as the operator sees them. */
export type KnownUser = StoredUser & { createdAt: Date }

/** With how many sessions, over or not. */
export type ListedUser = KnownUser & { sessions: number }

/** The users' rows as the operator's commands need them. */
export interface PeopleRows {
  /** The first ones by username, behind this username. */
  page(after: string | undefined, size: number): Promise<ListedUser[]>
  /** Those with this username, this id or this unionId. */
  findByName(name: { username: string; id: string }): Promise<KnownUser[]>
  /** The latest first. */
  sessionsOf(userId: string): Promise<SessionInfo[]>
  /** Returns false, and has done nothing, where they are disabled, or enabled, already. */
  setDisabled(userId: string, at: Date | null): Promise<boolean>
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

/** A session that may go on, with its user. */
export interface LiveSession {
  info: SessionInfo
  user: User
  /** Its maximal age. */
  expiresAt: Date
}

/** A session as it is kept, with its user. */
export type FoundSession = { info: SessionInfo; expiresAt: Date; user: StoredUser; secretLabel: string | null }

/** `lastSeenAt` is `createdAt` at first. */
export interface NewSession {
  id: string
  idHash: string
  userId: string
  createdAt: Date
  expiresAt: Date
  ip: string
  userAgent: string
  /** Of the secret that signs its cookie. */
  secretLabel: string
}

/** The sessions' rows, whether alive or over. What removes some returns their ids. */
export interface SessionRows {
  /** Does nothing where there is a session of this hash. */
  insert(session: NewSession): Promise<void>
  find(idHash: string): Promise<FoundSession | undefined>
  findById(id: string): Promise<FoundSession | undefined>
  /**
   * Writes where `lastSeenAt` is still what was read: of parallel requests one writes, and no ended session comes back.
   */
  touch(id: string, lastSeenAt: Date, at: Date): Promise<void>
  /** The latest first. */
  list(userId: string, alive: { unexpiredAt: Date; seenAfter: Date; seenBefore: Date }): Promise<SessionInfo[]>
  remove(userId: string, id: string): Promise<string[]>
  removeOthers(userId: string, keptId: string): Promise<string[]>
  removeAll(userId: string): Promise<string[]>
  /** How many of the next were last seen after this, and where the counting goes on; undefined at the end. */
  countSome(seenAfter: Date): Promise<{ count: number; last: Date | undefined }>
  /** The next label of a secret, behind this one, that any session has. */
  nextSecretLabel(after: string): Promise<string | undefined>
  /** Removes a few at most; returns how many. */
  removeOfSecret(label: string, createdBefore: Date): Promise<number>
  /** Removes a few at most of one of the three; returns how many, 0 where none of them is over. */
  removeSome(over: { expiredBy: Date; seenBy: Date; seenFrom: Date }): Promise<number>
}
