import type { DirectoryProfile } from '../../services/directory.js'
import type { StoredUser } from '../../services/ports.js'

/** The columns of a user, behind this prefix. */
export function userColumns(prefix = ''): string {
  return COLUMNS.map((name) => `${prefix}"${name}"`).join(', ')
}

const COLUMNS = [
  ...['id', 'unionId', 'username', 'handle', 'userid', 'nick', 'avatarUrl', 'lastLoginAt'],
  ...['membershipCheckedAt', 'disabledAt', 'profile', 'profileReadAt'],
]

/** A person as a statement of ours gives them. */
export interface UserRow {
  id: string
  unionId: string
  username: string
  handle: string | null
  userid: string | null
  nick: string
  avatarUrl: string | null
  lastLoginAt: string | null
  membershipCheckedAt: string | null
  disabledAt: string | null
  profile: string | null
  profileReadAt: string | null
}

export function userOf(row: UserRow): StoredUser {
  return userWith(row, profileOf(row.profile))
}

/** The same, whose profile has been read already. */
export function userWith(row: UserRow, profile: DirectoryProfile | null): StoredUser {
  const { id, unionId, username, handle, userid, nick, avatarUrl } = row
  const { lastLoginAt, membershipCheckedAt, disabledAt, profileReadAt } = row
  return {
    id,
    unionId,
    username,
    handle,
    userid,
    nick,
    avatarUrl,
    lastLoginAt: lastLoginAt === null ? null : new Date(lastLoginAt),
    membershipCheckedAt: membershipCheckedAt === null ? null : new Date(membershipCheckedAt),
    disabledAt: disabledAt === null ? null : new Date(disabledAt),
    profile,
    profileReadAt: profileReadAt === null ? null : new Date(profileReadAt),
  }
}

/** The profile that a column holds, as `saveProfile` has written it. */
export function profileOf(text: string | null): DirectoryProfile | null {
  return text === null ? null : (JSON.parse(text) as DirectoryProfile)
}

/** A user as Prisma gives them. */
export function withProfile<T extends { profile: string | null }>(user: T) {
  return { ...user, profile: profileOf(user.profile) }
}
