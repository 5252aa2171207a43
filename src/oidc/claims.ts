import type { Application } from '../services/application.js'
import type { User } from '../services/ports.js'
import { isReserved } from '../services/reserved-names.js'

/** What each scope gives, of what is known of a person: https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims */
export const claimsByScope = {
  openid: ['sub'],
  profile: ['preferred_username', 'name', 'nickname', 'picture'],
  email: ['email'],
  groups: [],
  dingtalk: ['dingtalk_userid'],
}

interface Reader {
  application: Application
  emailDomain: string | undefined
}

/** What an application may learn of a person. What is not known is absent: never empty, never invented. */
export function claimsOf(user: User, { application, emailDomain }: Reader): Record<string, unknown> & { sub: string } {
  const { id, nick, avatarUrl, handle, userid } = user
  return {
    sub: id,
    preferred_username: usernameFor(application, user),
    name: nick,
    nickname: nick,
    ...(avatarUrl !== null && { picture: avatarUrl }),
    // Of nobody's mailbox: so it is not said to be verified.
    ...(emailDomain !== undefined && { email: `${handle}@${emailDomain}` }),
    ...(userid !== null && application.scopes.includes('dingtalk') && { dingtalk_userid: userid }),
  }
}

/** Where an application is given usernames, one with power elsewhere is not among them. */
function usernameFor({ usernameClaim }: Application, { handle, username }: User): string {
  return usernameClaim === 'username' && !isReserved(username) ? username : handle
}
