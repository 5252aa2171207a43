import { accessTokenOf, applicationCodeOf, type Cookies, checkUserinfo, checkVerify } from './answers.js'
import { cookieHeader } from './program.js'
import type { Operation } from './rounds.js'
import type { Site } from './site.js'

/** Logins of people whom nobody has seen before. */
export async function loginsOfNewPeople(site: Site): Promise<Operation> {
  return logins(site, () => site.newPerson())
}

/** Logins of people who have been here before. */
export async function loginsOfReturningPeople(site: Site): Promise<Operation> {
  for (let person = 0; person < site.regulars; person++) await site.logIn(person)
  let next = 0
  return logins(site, () => next++ % site.regulars)
}

/** Logins of the people whom `nextPerson` gives. */
export function logins(site: Site, nextPerson: () => number): Operation {
  const last = new Map<number, { cookies: Cookies; person: number }>()
  return {
    run: async (browser) => {
      const person = nextPerson()
      last.set(browser, { cookies: await site.logIn(person), person })
    },
    after: async () => {
      for (const { cookies, person } of last.values()) await site.checkSignedIn(cookies, person)
    },
  }
}

export async function beginnings(site: Site): Promise<Operation> {
  return { run: async () => void (await site.begin(new Map())) }
}

export async function questionsWhoIAm(site: Site): Promise<Operation> {
  const signedIn = await signInSome(site)
  return {
    run: async () => {
      const { cookie, person } = signedIn.next()
      await site.checkSignedIn(cookie, person)
    },
  }
}

export async function verifications(site: Site): Promise<Operation> {
  const signedIn = await signInSome(site)
  return {
    run: async () => {
      const { cookie, id } = signedIn.next()
      checkVerify(await site.program.get('/verify', cookie), id)
    },
  }
}

/** Logins to an application by people who are signed in: the code, the tokens, and who it is. */
export async function applicationLogins(site: Site): Promise<Operation> {
  const { authorizeUrl, redirectUri, authorization } = await site.addApplication()
  const signedIn = await signInSome(site)
  return {
    run: async () => {
      const { cookie, id } = signedIn.next()
      const code = applicationCodeOf(await site.program.get(authorizeUrl, cookie), redirectUri)
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
      const token = accessTokenOf(await site.program.post('/oidc/token', form, authorization))
      checkUserinfo(await site.program.getAs('/oidc/userinfo', token), id)
    },
  }
}

/** Signed-in browsers, one after the other, over and over. */
async function signInSome(site: Site) {
  const all: { cookie: string; person: number; id: string }[] = []
  for (let person = 0; person < site.regulars; person++) {
    const cookie = cookieHeader(await site.signIn(person))
    all.push({ cookie, person, id: await site.checkSignedIn(cookie, person) })
  }
  let turn = 0
  return {
    next: () => {
      const entry = all[turn++ % all.length]
      if (!entry) throw new Error('nobody is signed in')
      return entry
    },
  }
}
