/** What the organisation's directory says of a person; `userid` is its own name for an employee. */
export type Standing = { is: 'employee'; userid: string } | { is: 'external' } | { is: 'unknown' }

/** Whom the directory is asked for: our id, and DingTalk's. */
export interface DirectoryPerson {
  id: string
  unionId: string
}

/** What the organisation's directory says of an employee. What it did not say is null, or not in the list. */
export interface DirectoryProfile {
  readonly name: string | null
  /** The mailbox that the organisation assigned; never the address that was entered for the person. */
  readonly orgEmail: string | null
  readonly title: string | null
  readonly jobNumber: string | null
  readonly departments: readonly ProfileDepartment[]
  readonly roles: readonly { readonly id: number; readonly name: string | null }[]
}

/** A department that somebody is in. */
export interface ProfileDepartment {
  readonly id: number
  readonly name: string | null
  /** The departments above it, the nearest first and the organisation's root (1) last; empty where that is not known. */
  readonly above: readonly number[]
}

export interface Directory {
  /** @throws {DingTalkError} where the directory does not say clearly. */
  standingOf(unionId: string): Promise<Standing>
  /**
   * What the application may know of an employee; what it has no permission for is absent.
   * @throws {DingTalkError} where the directory does not say clearly
   */
  profileOf(userid: string): Promise<DirectoryProfile>
  /**
   * Whether the application may know of departments: else profiles lack their names and what is above them.
   * @throws {DingTalkError}
   */
  mayReadDepartments(): Promise<boolean>
  /** Forgets what these departments are called. */
  forgetDepartments(ids: readonly number[]): void
}

/** What the directory said of somebody, and when. */
export interface ProfileReading {
  profile: DirectoryProfile
  readAt: Date
}

/** What is kept of what the directory says. */
export interface ProfileRows {
  /** Does nothing where what is there was read later. */
  save(userId: string, profile: DirectoryProfile, readAt: Date): Promise<void>
  /**
   * Makes this work e-mail the user's for ever, unless it is somebody's already; returns whether it is theirs.
   * It is given in small letters.
   */
  claimWorkEmail(address: string, userId: string): Promise<boolean>
  /** Whether anybody has a work e-mail of this domain. */
  hasWorkEmailOf(domain: string): Promise<boolean>
}

/** What the directory calls departments and roles, by ids such as `department 1001` and `role 2001`. */
export interface DirectoryNameRows {
  /** Of these, the names that are known. */
  namesOf(ids: readonly string[]): Promise<Map<string, string>>
  save(id: string, name: string, readAt: Date): Promise<void>
}
