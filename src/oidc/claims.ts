import type { Application } from '../services/application.js'
import { harmlessUsername } from '../services/harmless-username.js'
import type { KnownPerson } from '../services/known-people.js'
import { groupsFor } from '../services/permission.js'
import type { User } from '../services/ports.js'

/** What each scope gives, of what is known of a person: https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims */
export function claimsByScope({ hasProfiles }: { hasProfiles: boolean }) {
  return {
    openid: ['sub'],
    profile: ['preferred_username', 'name', 'nickname', 'picture'],
    email: hasProfiles ? ['email', 'email_verified'] : ['email'],
    groups: hasProfiles ? ['groups'] : [],
    dingtalk: hasProfiles ? ['dingtalk_userid', 'job_number', 'title', 'departments'] : ['dingtalk_userid'],
  }
}

type Claims = Record<string, unknown>

/** What an application may learn of a person. What is not known is absent: never empty, never invented. */
export function claimsOf(person: KnownPerson, application: Application): Claims & { sub: string } {
  const { user, profile, email, groups } = person
  return {
    sub: user.id,
    preferred_username: usernameFor(application, user),
    name: profile?.name ?? user.nick,
    nickname: user.nick,
    ...(user.avatarUrl !== null && { picture: user.avatarUrl }),
    ...(email && { email: email.address }),
    // One that is made up is of nobody's mailbox: it is not said to be verified, nor not to be.
    ...(email?.isVerified && { email_verified: true }),
    ...(groups && { groups: groupsFor(application, groups) }),
    ...(application.scopes.includes('dingtalk') && directoryClaims(person)),
  }
}

/** What some applications are told of how the organisation keeps the person. */
function directoryClaims({ user, profile }: KnownPerson): Claims {
  const departments = profile?.departments.flatMap(({ name }) => name ?? []) ?? []
  const known = {
    dingtalk_userid: user.userid,
    job_number: profile?.jobNumber,
    title: profile?.title,
    departments: departments.length > 0 ? departments : undefined,
  }
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null && value !== undefined))
}

function usernameFor({ usernameClaim }: Application, user: User): string {
  return usernameClaim === 'username' ? harmlessUsername(user) : user.handle
}
