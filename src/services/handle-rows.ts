import type { KnownUser, StoredUser, User } from './ports.js'

/** Writes a text in ASCII, as its readers would: Chinese in pinyin, names in front. Emoji are left out. */
export type Romanise = (text: string) => Promise<string>

/** How an operator names somebody who may not have come yet, and how the directory does. */
export type DirectoryIds = Pick<User, 'unionId' | 'userid'>

/** How many names are looked at together. */
export const HANDLES_AT_ONCE = 8

/** The handles, and those that are promised to people who have not come yet. */
export interface HandleRows {
  /**
   * What is promised to this person, and which of these names, `HANDLES_AT_ONCE` at most, are somebody's handle, another's
   * username or promised to somebody else.
   */
  look(person: DirectoryIds, handles: readonly string[]): Promise<{ promised: string[]; taken: string[] }>
  /**
   * Gives a handle to a user who has none; returns the one that they have after it, undefined where this one is
   * somebody else's.
   */
  give(userId: string, handle: string): Promise<string | undefined>
  dropPromises(person: DirectoryIds): Promise<void>
  /** Some of the users who have none, a few dozen at most. */
  usersWithout(): Promise<StoredUser[]>
}

/** What an operator's command needs of the handles. */
export interface PromiseRows {
  /** Those whose unionid or userid this is. */
  findByDirectoryId(id: string): Promise<KnownUser[]>
  /** The one who has this handle. */
  findByHandle(handle: string): Promise<KnownUser | undefined>
  /** Whether somebody had it who was deleted. */
  isFormer(handle: string): Promise<boolean>
  /** In place of what this unionid or userid was promised; returns false where the handle is promised to another. */
  promise(id: string, handle: string): Promise<boolean>
}
