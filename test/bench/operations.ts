import {
  applicationCodeOf,
  type Cookies,
  checkPage,
  checkUserinfo,
  checkVerify,
  tokensOf,
  WrongAnswer,
} from './answers.js'
import { application, authorizePath } from './application.js'
import { cookieHeader } from './door.js'
import { groupsForHost, groupsOf, HOST } from './host.js'
import { nickOf } from './people.js'
import type { Operation } from './rounds.js'
import type { Site } from './site.js'

/** Who has the console, where anybody has. */
export const ADMINISTRATOR = 0

/** As exact as the server writes it. */
const TWO_MINUTES_AGO = `date_trunc('milliseconds', now() - interval '2 minutes')`

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
  const next = inTurn(await signedInBrowsers(site))
  return {
    run: async () => {
      const { cookie, person } = next()
      await site.checkSignedIn(cookie, person)
    },
  }
}

export async function verifications(site: Site): Promise<Operation> {
  return questionsTo(site, '/verify')
}

/** The same of people with groups, for a host that is for some of them. */
export async function verificationsForHost(site: Site): Promise<Operation> {
  await site.addHost()
  return questionsTo(site, `/verify?app=${HOST}`, groupsForHost)
}

/** What the host's are compared with: whoever is signed in may enter. */
export async function verificationsWithGroups(site: Site): Promise<Operation> {
  return questionsTo(site, '/verify', groupsOf)
}

async function questionsTo(site: Site, path: string, groups?: (person: number) => string[]): Promise<Operation> {
  const next = inTurn(await knownBrowsers(site))
  return {
    run: async () => {
      const { cookie, id, person } = next()
      checkVerify(await site.door.get(path, cookie), id, groups?.(person))
    },
  }
}

/** `/verify` in sessions that were last marked as used more than a minute ago, so that each is marked again. */
export async function marks(site: Site): Promise<Operation> {
  const { schema } = site
  if (!schema) throw new Error('sessions are set back on PostgreSQL alone')
  const browsers = (await knownBrowsers(site)).map(async ({ cookie, id }) => {
    const latest = `SELECT id FROM "Session" WHERE "userId" = '${id}' ORDER BY "createdAt" DESC LIMIT 1`
    return { cookie, id, session: String((await schema.sql(latest))[0]?.id) }
  })
  const sessions = await Promise.all(browsers)
  const next = inTurn(sessions)
  return {
    run: async () => {
      const { cookie, id, session } = next()
      await schema.sql(`UPDATE "Session" SET "lastSeenAt" = ${TWO_MINUTES_AGO} WHERE id = '${session}'`)
      checkVerify(await site.door.get('/verify', cookie), id)
    },
    after: async () => {
      const forgotten = `SELECT id FROM "Session" WHERE "lastSeenAt" < now() - interval '110 seconds'`
      const left = (await schema.sql(forgotten)).map(({ id }) => id)
      if (sessions.some(({ session }) => left.includes(session))) throw new WrongAnswer('a session was not marked')
    },
  }
}

/** Logins to an application by people who are signed in: the code, the tokens, and who it is. */
export async function applicationLogins(site: Site): Promise<Operation> {
  const authorization = await site.addApplication()
  const next = inTurn(await signedInBrowsers(site))
  const { redirectUri } = application
  return {
    run: async () => {
      const { cookie, person } = next()
      const code = applicationCodeOf(await site.door.get(authorizePath(), cookie))
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
      const { accessToken, sub } = tokensOf(await site.door.post('/oidc/token', form, authorization))
      checkUserinfo(await site.door.getAs('/oidc/userinfo', accessToken), person, sub)
    },
  }
}

/** Pages of the console, which an administrator opens one after the other. */
export async function consolePages(site: Site): Promise<Operation> {
  const cookie = cookieHeader(await site.enterConsole(ADMINISTRATOR))
  const id = await site.checkSignedIn(cookie, ADMINISTRATOR)
  const people = ['people', `people?q=${nickOf(1)}`, `people/${id}`]
  const access = ['groups', 'applications', `applications/${application.id}`]
  const next = inTurn(['', ...people, ...access, 'trail', 'settings'].map((page) => `/admin/${page}`))
  return { run: async () => checkPage(await site.door.get(next(), cookie)) }
}

/** The same with the id of who is signed in. */
async function knownBrowsers(site: Site) {
  const people = (await signedInBrowsers(site)).map(async ({ cookie, person }) => {
    return { cookie, person, id: await site.checkSignedIn(cookie, person) }
  })
  return Promise.all(people)
}

/** A browser of each of the people who come back again and again. */
async function signedInBrowsers(site: Site): Promise<{ cookie: string; person: number }[]> {
  const browsers: { cookie: string; person: number }[] = []
  for (let person = 0; person < site.regulars; person++)
    browsers.push({ cookie: cookieHeader(await site.signIn(person)), person })
  return browsers
}

/** One after the other, over and over. */
function inTurn<T>(all: readonly T[]): () => T {
  let turn = 0
  return () => {
    const entry = all[turn++ % all.length]
    if (!entry) throw new Error('nobody is signed in')
    return entry
  }
}
