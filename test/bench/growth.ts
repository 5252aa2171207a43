import { createHmac, randomInt } from 'node:crypto'
import { type Answer, checkVerify, WrongAnswer } from './answers.js'
import { cookieHeader } from './door.js'
import type { Grown } from './growth-report.js'
import { ADMINISTRATOR, logins } from './operations.js'
import { departmentsOf, FOR_EVERYBODY, ownApplicationOf, type Size, sessionIdOf, userIdOf } from './organisation.js'
import { departmentIdOf, departmentNameOf, handleOf, nickOf, realNameOf, useridOf } from './people.js'
import type { Operation } from './rounds.js'
import { SECRET, type Site } from './site.js'

/** So many sessions are asked for, whatever there are: how often one is marked as used depends on that. */
const ASKED = 3000

/** A server on a database that was filled. */
export interface Sized {
  database: Grown['database']
  site: Site
  size: Size
}

/** Somebody in one of their browsers. */
interface SignedIn {
  person: number
  cookie: string
}

type Prepare = (sized: Sized) => Operation | Promise<Operation>

/** What is done in a small and in a large database, by name. */
export const operations: Record<string, Prepare> = {
  login: ({ site, size }) => logins(site, () => randomInt(size.people)),
  '/me': asking(async ({ site }, { cookie, person }) => void (await site.checkSignedIn(cookie, person))),
  '/verify': asking(async ({ site }, { cookie, person }) => {
    checkVerify(await site.door.get('/verify', cookie), userIdOf(person))
  }),
  '/verify?app=': asking(async ({ site, size }, { cookie, person }) => {
    checkVerify(await site.door.get(`/verify?app=${ownApplicationOf(person, size)}`, cookie), userIdOf(person))
  }),
  '/apps': asking(async ({ site }, { cookie }) => checkTiles(await site.door.get('/apps', cookie))),
  'people: by a nick': searching((person) => nickOf(person)),
  'people: by a handle': searching((person) => handleOf(person)),
  'people: by a userid': searching((person) => useridOf(person)),
  'people: by an id': searching((person) => userIdOf(person)),
  'people: by a real name': searching((person) => realNameOf(person)),
  'people: by what most begin with': searching(() => 'person-1'),
  'people: by a family name': searching(() => '王'),
  'people: nobody': searching(() => 'zzzz', { finds: false }),
  'people: a department, which is no name': searching(
    (person, size) => departmentNameOf(departmentIdOf(person % departmentsOf(size))),
    {
      finds: false,
    },
  ),
}

/** Sessions from all over the table but for those that are left out, one after the other. */
export function signedInAmong({ people, sessions }: Size, isLeftOut = (_session: number) => false): () => SignedIn {
  const all = Array.from({ length: ASKED }, () => {
    let session = randomInt(sessions)
    while (isLeftOut(session)) session = randomInt(sessions)
    return { person: session % people, cookie: `sid=${encodeURIComponent(signedCookie(sessionIdOf(session)))}` }
  })
  let turn = 0
  return () => all[turn++ % ASKED] as SignedIn
}

function asking(ask: (sized: Sized, signedIn: SignedIn) => Promise<void>): Prepare {
  return (sized) => {
    const next = signedInAmong(sized.size)
    return { run: () => ask(sized, next()) }
  }
}

/** Searches by an administrator in the console. */
function searching(textFor: (person: number, size: Size) => string, { finds = true } = {}): Prepare {
  return async ({ site, size }) => {
    const cookie = cookieHeader(await site.enterConsole(ADMINISTRATOR))
    return {
      run: async () => {
        const text = textFor(randomInt(size.people), size)
        checkFound(await site.door.get(`/admin/people?q=${encodeURIComponent(text)}`, cookie), text, finds)
      },
    }
  }
}

function checkFound({ status, body }: Answer, text: string, finds: boolean): void {
  const isRight = status === 200 && /href="\/admin\/people\/[\w-]{36}"/.test(body) === finds
  if (!isRight) throw new WrongAnswer(`not who is found by ${text}: ${status}`)
}

/** Those for everybody, and one more. */
function checkTiles({ status, body }: Answer): void {
  const tiles = body.match(/class="tile"/g) ?? []
  if (status !== 200 || tiles.length !== FOR_EVERYBODY + 1) throw new WrongAnswer(`${tiles.length} tiles: ${status}`)
}

/** As express-session signs a cookie. */
function signedCookie(id: string): string {
  return `s:${id}.${createHmac('sha256', SECRET).update(id).digest('base64').replace(/=+$/, '')}`
}
