import type { StoredUser } from '../../services/ports.js'

/** A person as a statement of ours gives them. */
export interface UserRow {
  id: string
  unionId: string
  username: string
  handle: string | null
  userid: string | null
  nick: string
  avatarUrl: string | null
  lastLoginAt: string
  membershipCheckedAt: string | null
  disabledAt: string | null
}

export function userOf(row: UserRow): StoredUser {
  const { id, unionId, username, handle, userid, nick, avatarUrl, lastLoginAt, membershipCheckedAt, disabledAt } = row
  return {
    id,
    unionId,
    username,
    handle,
    userid,
    nick,
    avatarUrl,
    lastLoginAt: new Date(lastLoginAt),
    membershipCheckedAt: membershipCheckedAt === null ? null : new Date(membershipCheckedAt),
    disabledAt: disabledAt === null ? null : new Date(disabledAt),
  }
}
