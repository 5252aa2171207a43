import type { KnownUser } from './ports.js'

/** A person as a line of a file has them: what applications and colleagues know them by. */
export interface PersonLine {
  unionId: string
  /** Ours, by which applications know them (`sub`). */
  id?: string
  username?: string
  handle?: string
  nick?: string
  userid?: string
  avatarUrl?: string
  createdAt?: Date
  lastLoginAt?: Date
  disabledAt?: Date
  administrator?: boolean
  /** In small letters: those that have been given as theirs. */
  workEmails?: string[]
}

/** One line of a file: a person, a handle that a unionid or userid is promised, or what nobody gets again. */
export type TransferLine =
  | ({ is: 'person' } & PersonLine)
  | ({ is: 'promise' } & PromisedHandle)
  | { is: 'former'; hash: string }

/** A person with what stands in other rows. */
export type TransferUser = Omit<KnownUser, 'profile' | 'profileReadAt' | 'membershipCheckedAt'> & {
  workEmails: string[]
  isAdministrator: boolean
}

/** A handle that is promised to a unionid or a userid. */
export interface PromisedHandle {
  person: string
  handle: string
}

/** What is known here of what some lines name. */
export interface Known {
  /** By unionid, id, username or handle. */
  users: TransferUser[]
  /** By handle, unionid or userid. */
  promises: PromisedHandle[]
  /** Those of the hashes that are kept of who was deleted. */
  former: ReadonlySet<string>
  /** Whose these work e-mails are: ids of ours. */
  mailboxes: ReadonlyMap<string, string>
}

/** What some lines name. */
export interface Named {
  unionIds: string[]
  ids: string[]
  /** Usernames and handles. */
  names: string[]
  userids: string[]
  workEmails: string[]
  hashes: string[]
}

/** A person who has not been here. */
export type ImportedUser = Omit<TransferUser, 'workEmails' | 'isAdministrator'>

/** The rows as they are written to a file, a page at a time, however many they are. */
export interface ExportRows {
  /** By id, behind this one. */
  usersAfter(id: string, size: number): Promise<TransferUser[]>
  promisesAfter(person: string, size: number): Promise<PromisedHandle[]>
  formerAfter(hash: string, size: number): Promise<string[]>
}

/** The rows as a file is judged by them, and as it is written to them. */
export interface ImportRows {
  known(named: Named): Promise<Known>
  /** Some hundred at most; returns the ids of those who were added: for the others a unique value is taken. */
  add(users: ImportedUser[]): Promise<Set<string>>
  /** Returns false where they have come meanwhile, or a name is taken. */
  changeExpected(unionId: string, changes: Partial<ImportedUser>): Promise<boolean>
  /** Those that are somebody's already stay so. */
  addWorkEmails(mailboxes: { address: string; userId: string }[]): Promise<void>
  /** Forgets what these unionids and userids were promised. */
  dropPromises(people: string[]): Promise<void>
  keepFormer(hashes: string[]): Promise<void>
}
