import { describe, expect, it } from 'vitest'
import { DEPARTMENT } from '../src/emulator/organisation/departments.js'
import { ROLE } from '../src/emulator/organisation/roles.js'
import { HOUR, MINUTE, SECOND } from '../src/time.js'
import { addApplication } from './support/applications.js'
import type { Browser } from './support/browser.js'
import { addGroup, changeGroup } from './support/groups.js'
import { StatementRecorder } from './support/statements.js'
import { createWorld, type World } from './support/world.js'

const DIRECTORY = { DINGTALK_PROFILE: 'directory' }
const THROTTLED = { errcode: 90018 }

/** A server with a host behind a proxy, `wiki`, that is for the group `engineers` alone: those with that role. */
async function createWiki(settings: Record<string, string> = {}): Promise<World> {
  const world = await createWorld({ ...DIRECTORY, ...settings })
  await addGroup(world, 'engineers', { roles: [ROLE.engineer] })
  await addApplication(world, {
    ...{ id: 'wiki', name: '团队 Wiki', kind: 'proxy', redirectUris: [], postLogoutRedirectUris: [], secretHash: null },
    access: ['engineers'],
  })
  return world
}

async function signedIn(world: Pick<World, 'browser'>, person: string): Promise<Browser> {
  const browser = world.browser()
  await browser.logIn(person)
  return browser
}

/** Lets time pass for DingTalk too, so that it takes the server's signature. */
function passForBoth(world: World, ms: number): void {
  world.pass(ms)
  world.dingtalk.moveClock(ms)
}

describe('/verify?app=', () => {
  it('lets the people of its groups in, and nobody else', async () => {
    await using world = await createWiki()
    const [engineer, seller] = [await signedIn(world, 'zhangsan'), await signedIn(world, 'zhangwei2')]
    const { headers } = await engineer.get('/verify?app=wiki').expect(204)
    expect(headers['x-auth-request-groups']).toBe('engineers')
    const { body, headers: refused } = await seller.get('/verify?app=wiki').expect(403)
    expect(body.error).toBe('not_permitted')
    expect(Object.keys(refused).filter((name) => name.startsWith('x-auth-request'))).toEqual([
      'x-auth-request-redirect',
    ])
    // Where no application is named, whoever is signed in is let through.
    await seller.get('/verify').expect(204)
    const { userId } = world.log.find(({ event }) => event === 'application_refused') ?? {}
    expect(userId).toBe((await seller.get('/me')).body.id)
  })

  it('tells an application of the groups that it names, and one for everyone of all', async () => {
    await using world = await createWiki()
    await addGroup(world, 'research', { departments: [{ id: DEPARTMENT.research, below: true }] })
    const browser = await signedIn(world, 'zhangsan')
    const groupsAt = async (path: string) => (await browser.get(path).expect(204)).headers['x-auth-request-groups']
    world.pass(MINUTE)
    expect(await groupsAt('/verify?app=wiki')).toBe('engineers')
    expect(await groupsAt('/verify')).toBe('engineers,research')
  })

  it('tells people of whom the directory says the same apart by their names there', async () => {
    await using world = await createWiki()
    const [one, other] = [await signedIn(world, 'zhangsan'), await signedIn(world, 'lisi')]
    const userids = ['zhangsan', 'lisi'].map((person) => world.dingtalk.person(person).userId)
    await addGroup(world, 'first', { userids: userids.slice(0, 1) })
    await addGroup(world, 'second', { userids: userids.slice(1) })
    const same = JSON.stringify({
      name: '张三',
      orgEmail: null,
      title: null,
      jobNumber: null,
      departments: [],
      roles: [],
    })
    await world.sql(`UPDATE "User" SET "profile" = '${same}'`)
    world.pass(MINUTE)
    const groupsOf = async (browser: Browser) => (await browser.get('/verify')).headers['x-auth-request-groups']
    for (let time = 0; time < 2; time++)
      expect([await groupsOf(one), await groupsOf(other)]).toEqual(['first', 'second'])
  })

  it.each([
    ['an unknown application', 'app=nothing', 403, 'not_permitted'],
    ['no application', 'app=', 403, 'not_permitted'],
    ['an application’s name in other letters', 'app=Wiki', 403, 'not_permitted'],
    ['two applications', 'app=other&app=wiki', 400, 'bad_request'],
    ['a parameter in other letters', 'APP=wiki', 400, 'bad_request'],
    ['a list of applications', 'app[]=wiki', 400, 'bad_request'],
  ])('refuses %s', async (_, query, status, code) => {
    await using world = await createWiki()
    const browser = await signedIn(world, 'zhangsan')
    expect((await browser.get(`/verify?${query}`).expect(status)).body.error).toBe(code)
  })

  it('says to nobody whether an application is there', async () => {
    await using world = await createWiki()
    await world.browser().get('/verify?app=wiki').expect(401)
    await world.browser().get('/verify?app=nothing').expect(401)
  })

  it('is nobody’s where its list of groups is empty, or names none that there is', async () => {
    await using world = await createWiki()
    const proxy = { kind: 'proxy' as const, redirectUris: [], postLogoutRedirectUris: [], secretHash: null }
    await addApplication(world, { id: 'closed', ...proxy, access: [] })
    await addApplication(world, { id: 'dangling', ...proxy, access: ['gone'] })
    const browser = await signedIn(world, 'zhangsan')
    await browser.get('/verify?app=closed').expect(403)
    await browser.get('/verify?app=dangling').expect(403)
  })

  it('asks the database for nothing that /verify does not ask for', async () => {
    await using world = await createWiki()
    const browser = await signedIn(world, 'zhangsan')
    await browser.get('/verify?app=wiki').expect(204)
    using recorder = new StatementRecorder()
    await browser.get('/verify').expect(204)
    const usual = recorder.take()
    await browser.get('/verify?app=wiki').expect(204)
    expect(recorder.take()).toEqual(usual)
    expect(usual).toHaveLength(1)
  })
})

describe('a change', () => {
  it('of a group’s rule holds within a minute in every process, without a new login', async () => {
    await using world = await createWiki()
    const other = await world.anotherServer()
    const browser = await signedIn(world, 'zhangsan')
    const there = other.browser()
    await there.logIn('zhangsan')
    await browser.get('/verify?app=wiki').expect(204)
    await there.get('/verify?app=wiki').expect(204)
    await changeGroup(world, 'engineers', { roles: [ROLE.seller] })
    world.pass(MINUTE)
    await browser.get('/verify?app=wiki').expect(403)
    await there.get('/verify?app=wiki').expect(403)
    await changeGroup(world, 'engineers', { roles: [ROLE.engineer] })
    world.pass(MINUTE)
    await browser.get('/verify?app=wiki').expect(204)
  })

  it('of a rule in a busy minute leaves nobody served once it holds', async () => {
    await using world = await createWiki()
    const browser = await signedIn(world, 'zhangsan')
    await browser.get('/verify?app=wiki').expect(204)
    await changeGroup(world, 'engineers', { roles: [ROLE.seller] })
    const statuses: number[] = []
    for (let second = 0; second < 70; second++) {
      world.pass(SECOND)
      const answers = await Promise.all(Array.from({ length: 5 }, () => browser.get('/verify?app=wiki')))
      statuses.push(...answers.map(({ status }) => status))
    }
    const refusedFrom = statuses.indexOf(403)
    expect(statuses.slice(0, refusedFrom).every((status) => status === 204)).toBe(true)
    expect(statuses.slice(refusedFrom + 5).every((status) => status === 403)).toBe(true)
    expect(refusedFrom).toBeLessThan(60 * 5)
  })

  it('of somebody’s roles holds from the recheck on', async () => {
    await using world = await createWiki({ MEMBERSHIP_RECHECK: '1h' })
    const browser = await signedIn(world, 'zhangsan')
    await browser.get('/verify?app=wiki').expect(204)
    world.dingtalk.changePerson('zhangsan', { roles: [] })
    await browser.get('/verify?app=wiki').expect(204)
    world.pass(HOUR + MINUTE)
    // Whoever asks waits for the recheck, and is judged by what it found once it is kept.
    await browser.get('/verify?app=wiki')
    await browser.get('/verify?app=wiki').expect(403)
  })
})

describe('a doubt about the directory', () => {
  it('keeps what was known of somebody inside', async () => {
    await using world = await createWiki({ MEMBERSHIP_RECHECK: '1h' })
    const browser = await signedIn(world, 'zhangsan')
    world.dingtalk.failNext('user/get', THROTTLED, 100)
    world.pass(2 * HOUR)
    await browser.get('/verify?app=wiki').expect(204)
    await browser.get('/verify?app=wiki').expect(204)
  })

  it('at a login counts those groups alone that are younger than a recheck', async () => {
    await using world = await createWiki({ MEMBERSHIP_RECHECK: '1h' })
    await signedIn(world, 'zhangsan')
    world.dingtalk.failNext('user/get', THROTTLED, 100)
    passForBoth(world, HOUR / 2)
    const soon = await signedIn(world, 'zhangsan')
    await soon.get('/verify?app=wiki').expect(204)
    passForBoth(world, HOUR)
    const late = await signedIn(world, 'zhangsan')
    await late.get('/verify?app=wiki').expect(403)
    // Inside, what was last known goes on.
    await soon.get('/verify?app=wiki').expect(204)
  })
})

describe('a clock that was put back', () => {
  it('makes nothing fresh that was read before it was', async () => {
    await using world = await createWiki({ MEMBERSHIP_RECHECK: '1h' })
    passForBoth(world, 24 * HOUR)
    await signedIn(world, 'zhangsan')
    passForBoth(world, -12 * HOUR)
    world.dingtalk.failNext('user/get', THROTTLED, 100)
    const browser = await signedIn(world, 'zhangsan')
    await browser.get('/verify?app=wiki').expect(403)
  })
})

describe('the headers of /verify', () => {
  it('are always four, empty where nothing is known', async () => {
    await using world = await createWorld()
    const browser = await signedIn(world, 'zhangsan')
    const { headers } = await browser.get('/verify').expect(204)
    expect(headers).toMatchObject({ 'x-auth-request-email': '', 'x-auth-request-groups': '' })
  })

  it('have the work e-mail, and never the address that was entered for the person', async () => {
    await using world = await createWorld({ ...DIRECTORY, EMAIL_DOMAIN: 'noreply.example.com' })
    const emailOf = async (person: string) => {
      const browser = await signedIn(world, person)
      return (await browser.get('/verify').expect(204)).headers['x-auth-request-email']
    }
    expect(await emailOf('zhangsan')).toBe('zhangsan@corp.example')
    // Has an address of their own, and no work e-mail.
    expect(await emailOf('zhangwei2')).toMatch(/^[a-z0-9-]+@noreply\.example\.com$/)
  })

  it('say nothing of what was read before DINGTALK_PROFILE was none', async () => {
    await using world = await createWiki()
    await signedIn(world, 'zhangsan')
    await world.sql(`DELETE FROM "Application"`)
    const other = await world.anotherServer({ DINGTALK_PROFILE: 'none' })
    const browser = await signedIn(other, 'zhangsan')
    const { headers } = await browser.get('/verify').expect(204)
    expect(headers).toMatchObject({ 'x-auth-request-email': '', 'x-auth-request-groups': '' })
  })
})

describe('a username', () => {
  it('with power elsewhere is not told to what a proxy protects', async () => {
    await using world = await createWorld()
    world.dingtalk.changePerson('zhangsan', { nick: 'Ａdmin' })
    const browser = await signedIn(world, 'zhangsan')
    const { body: me } = await browser.get('/me').expect(200)
    const { headers } = await browser.get('/verify').expect(204)
    expect(headers['x-auth-request-preferred-username']).toBe(me.handle)
  })
})

describe('the page of somebody who may not enter', () => {
  it.each([
    ['en', 'You may not use 团队 Wiki', 'Use another account', 'Applications'],
    ['zh-CN', '您无权使用 团队 Wiki', '使用其他账号', '应用'],
  ])('says so in %s, as whom they are here, and leads on', async (language, title, another, applications) => {
    await using world = await createWiki()
    const browser = await signedIn(world, 'zhangwei2')
    const { text } = await browser
      .get('/verify?app=wiki&login=redirect')
      .set({ Accept: 'text/html', 'Accept-Language': language, 'X-Original-URL': 'http://front.test/a?b=1&c=2' })
      .expect(403)
    // Its lines break between words.
    expect(text.replace(/<wbr>|<\/?span[^>]*>/g, '')).toContain(`<h1>${title}</h1>`)
    expect(text).toContain('<bdi>张伟</bdi>')
    expect(text).toContain(
      `href="http://login.test/ding_url?way=page&amp;redirect=http%3A%2F%2Ffront.test%2Fa%3Fb%3D1%26c%3D2">${another}</a>`,
    )
    expect(text).toContain(`href="http://login.test/apps">${applications}</a>`)
    expect(text).toContain('redirect=http%3A%2F%2Ffront.test%2Fa%3Fb%3D1%26c%3D2&amp;error=not_permitted&amp;lang=')
    expect(text).toContain('<code>not_permitted</code>')
  })

  it('leads back to the front end where that is another host', async () => {
    await using world = await createWiki({ ALLOWED_REDIRECTS: 'http://wiki.test' })
    const browser = await signedIn(world, 'zhangwei2')
    const { text } = await browser
      .get('/verify?app=wiki')
      .set({ Accept: 'text/html', 'X-Original-URL': 'http://wiki.test/a' })
      .expect(403)
    expect(text).toContain('href="http://front.test/">Back</a>')
  })

  it('loads nothing from the address at which a proxy shows it', async () => {
    await using world = await createWiki()
    const browser = await signedIn(world, 'zhangwei2')
    const { text, headers } = await browser.get('/verify?app=wiki').set('Accept', 'text/html').expect(403)
    expect(text).not.toMatch(/(?:href|src)="\/|<script/)
    expect(text).toContain('<link rel="icon" href="data:,">')
    expect(headers['content-security-policy']).toContain('img-src data:;')
    expect(headers['content-security-policy']).not.toContain("'self'")
  })

  it('is led to by a header, for proxies that show no page of ours', async () => {
    await using world = await createWiki()
    const browser = await signedIn(world, 'zhangwei2')
    const { headers } = await browser
      .get('/verify?app=wiki')
      .set('X-Original-URL', 'http://front.test/a?b=1&c=2')
      .expect(403)
    const address = new URL(String(headers['x-auth-request-redirect']))
    expect(address.origin).toBe('http://login.test')
    const { text } = await browser
      .get(address.pathname + address.search)
      .set('Accept', 'text/html')
      .expect(200)
    expect(text).toContain('You may not use this application')
    expect(text).toContain('href="/ding_url?redirect=http%3A%2F%2Ffront.test%2Fa%3Fb%3D1%26c%3D2"')
    expect(text).toContain('href="http://login.test/apps">Applications</a>')
  })

  it('never leads to an address that is not allowed', async () => {
    await using world = await createWiki()
    const browser = await signedIn(world, 'zhangwei2')
    const { text } = await browser
      .get('/verify?app=wiki')
      .set({ Accept: 'text/html', 'X-Original-URL': 'https://evil.test/' })
      .expect(403)
    expect(text).not.toContain('evil')
  })
})
