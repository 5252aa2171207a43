import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MINUTE } from '../../src/time.js'
import { addApplication } from '../support/applications.js'
import { type Browser, setCookies } from '../support/browser.js'
import { pathOf, RelyingParty } from '../support/relying-party.js'
import { createWorld, type World } from '../support/world.js'

/** Of the server's settings. */
const SECRET = 'a-secret-for-tests-of-32-characters-or-more'

async function signedIn(world: World, person = 'zhangsan') {
  const browser = world.browser()
  await browser.logIn(person)
  return browser
}

/** Gives one browser's cookies of this kind to another, as a sibling host or a thief would. */
function plant(from: Browser, to: Browser, prefix: string): void {
  for (const [name, value] of from.cookies) if (name.startsWith(prefix)) to.cookies.set(name, value)
}

describe('the provider’s cookies', () => {
  it('sign nobody in, wherever they come from', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const owner = await signedIn(world)
    await party.enter(owner)
    const [{ id = '' } = {}] = await world.sql('SELECT id FROM "Session"')
    const [{ sid = '' } = {}] = await world.sql('SELECT sid FROM "ApplicationSession"')
    for (const value of [id, sid, 'x'.repeat(43)]) {
      const thief = world.browser()
      thief.cookies.set('oidc.session', String(value))
      expect((await party.ask(thief, { prompt: 'none' })).get('error')).toBe('login_required')
      const asked = await thief.get('/oidc/logout').expect(200)
      expect(asked.text).not.toContain('张三')
      await owner.get('/me').expect(200)
    }
  })

  it('of somebody else change nothing for whoever is signed in', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const attacker = await signedIn(world, 'lisi')
    const [{ id = '' } = {}] = await world.sql('SELECT id FROM "Session"')
    const victim = await signedIn(world)
    victim.cookies.set('oidc.session', String(id))
    const { idToken } = await party.enter(victim)
    expect((await party.claims(idToken)).name).toBe('张三')
    await attacker.get('/me').expect(200)
  })

  it('bind a request to its browser: another one cannot take it over', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const attacker = world.browser()
    const begun = await attacker.get(party.authorizeUrl()).expect(303)
    const waiting = String(begun.headers.location)
    const victim = await signedIn(world)
    expect((await victim.get(waiting).expect(400)).body.error).toBe('attempt_expired')
    expect((await victim.get(waiting.replace('interaction', 'auth')).expect(400)).body.error).toBe('attempt_expired')
    // Nor does a cookie of another request do, nor one that is signed as sessions are, or not at all.
    const own = await victim.get(party.authorizeUrl({ prompt: 'login' })).expect(303)
    expect((await victim.get(waiting).expect(400)).body.error).toBe('attempt_expired')
    expect(own.headers.location).not.toBe(waiting)
    const uid = waiting.split('/').at(-1) ?? ''
    for (const name of ['oidc.interaction', 'oidc.resume']) {
      const signature = createHmac('sha1', SECRET).update(`${name}=${uid}`).digest('base64url')
      victim.cookies.set(name, uid)
      victim.cookies.set(`${name}.sig`, signature)
    }
    await victim.get(waiting).expect(400)
    await victim.get(waiting.replace('interaction', 'auth')).expect(400)
    for (const name of ['oidc.interaction.sig', 'oidc.resume.sig']) victim.cookies.delete(name)
    victim.cookies.set('oidc.interaction', waiting.split('/').at(-1) ?? '')
    victim.cookies.set('oidc.resume', waiting.split('/').at(-1) ?? '')
    await victim.get(waiting).expect(400)
    await victim.get(waiting.replace('interaction', 'auth')).expect(400)
  })

  it('are of one path each, HttpOnly and Lax, and Secure on https', async () => {
    await using world = await createWorld({ PUBLIC_URL: 'https://login.test' })
    await addApplication(world)
    const begun = await world.browser().get(new RelyingParty(world).authorizeUrl()).expect(303)
    const lines = setCookies(begun)
    expect(lines).toHaveLength(4)
    for (const line of lines) {
      expect(line).toMatch(
        /^__Secure-oidc\.(interaction|resume)(\.sig)?=[\w-]+; path=\/oidc\/(interaction|auth)\/[\w-]{43};/,
      )
      expect(line).toMatch(/; samesite=lax; secure; httponly$/)
    }
  })
})

describe('a request that waits for a login', () => {
  it('goes on with whoever logs in there, in one of two tabs or in both', async () => {
    await using world = await createWorld()
    await addApplication(world)
    await addApplication(world, { id: 'wiki' })
    const [party, wiki] = [new RelyingParty(world), new RelyingParty(world, { id: 'wiki' })]
    const browser = world.browser()
    const one = await browser.get(party.authorizeUrl()).expect(303)
    const other = await browser.get(wiki.authorizeUrl()).expect(303)
    const tab = { one: new Map(browser.cookies), other: new Map(browser.cookies) }
    expect(tab.one).toEqual(tab.other)
    // Each request's cookies are of one path; this browser keeps one of a name, as the paths are not looked at.
    expect((await wiki.logIn(browser, other)).get('code')).not.toBeNull()
    for (const line of setCookies(one)) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      browser.cookies.set(name, value)
    }
    // Somebody is signed in by now: the first tab needs no second login.
    const waiting = await browser.get(String(one.headers.location)).expect(302)
    const resumed = await browser.get(String(waiting.headers.location)).expect(303)
    expect(resumed.headers.location).toMatch(/^https:\/\/app\.test\/callback\?code=/)
  })

  it('is answered once: Back and reload lead to no second code, and say what to do', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = world.browser()
    const begun = await browser.get(party.authorizeUrl()).expect(303)
    const kept = new Map(browser.cookies)
    const resumeUrl = await party.logInUntilResumed(browser, begun)
    await browser.get(resumeUrl).expect(303)
    for (const [name, value] of kept) if (name.startsWith('oidc.')) browser.cookies.set(name, value)
    for (const address of [resumeUrl, String(begun.headers.location)]) {
      const again = await browser.get(address).set('Accept', 'text/html').expect(400)
      expect(again.text).toContain('attempt_expired')
      expect(again.text).toContain('href="/login"')
    }
    expect(await world.sql(`SELECT 1 FROM "OpenidRecord" WHERE kind = 'Grant'`)).toHaveLength(1)
    expect((await party.ask(browser)).get('code')).not.toBeNull()
  })

  it('survives a login that fails, whose page leads back to it', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = world.browser()
    const begun = await browser.get(party.authorizeUrl()).expect(303)
    const login = await browser.get(String(begun.headers.location)).expect(302)
    const callback = await browser.scan('wangwu', pathOf(login.headers.location))
    const failed = await browser.get(callback).set('Accept', 'text/html').expect(403)
    const link = /href="(\/login\?redirect=[^"]+)"/.exec(failed.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const page = await browser.get(link).set('Accept', 'text/html').expect(200)
    const dingUrl = /href="(\/ding_url\?redirect=[^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const landed = await browser.logIn('zhangsan', dingUrl)
    const waiting = await browser.get(String(landed.headers.location)).expect(302)
    const resumed = await browser.get(String(waiting.headers.location)).expect(303)
    expect(resumed.headers.location).toMatch(/^https:\/\/app\.test\/callback\?code=/)
  })

  it('goes on with another person than the one who was signed in when it began', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world, 'lisi')
    const begun = await browser.get(party.authorizeUrl({ prompt: 'login' })).expect(303)
    const returned = await party.logIn(browser, begun, 'zhangsan')
    const { body } = await party.exchange(returned.get('code'))
    expect((await party.claims(body.id_token)).name).toBe('张三')
  })

  it('has no answer for a browser that logged out in between', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = world.browser()
    const begun = await browser.get(party.authorizeUrl()).expect(303)
    const resumeUrl = await party.logInUntilResumed(browser, begun)
    await browser.post('/logout').expect(204)
    const resumed = await browser.get(resumeUrl)
    expect(String(resumed.headers.location)).not.toContain('code=')
    expect(await world.sql(`SELECT 1 FROM "OpenidRecord" WHERE kind = 'Grant'`)).toEqual([])
  })

  it('is forgotten after LOGIN_TIMEOUT', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const browser = world.browser()
    const begun = await browser.get(new RelyingParty(world).authorizeUrl()).expect(303)
    const [record] = await world.sql(`SELECT "expiresAt" FROM "OpenidRecord" WHERE kind = 'Interaction'`)
    const text = String(record?.expiresAt)
    const livesMs = Date.parse(/[Z+]/.test(text.slice(10)) ? text : `${text.replace(' ', 'T')}Z`) - Date.now()
    expect(Math.abs(livesMs - 10 * MINUTE)).toBeLessThan(MINUTE)
    await world.sql(`DELETE FROM "OpenidRecord"`)
    expect((await browser.get(String(begun.headers.location)).expect(400)).body.error).toBe('attempt_expired')
  })

  it('is the only place on this server where a login may lead', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const id = 'x'.repeat(43)
    await browser.get(`/ding_url?redirect=http://login.test/oidc/interaction/${id}`).expect(302)
    for (const path of [
      '/me',
      '/oidc/logout',
      `/oidc/interaction/${id}/x`,
      `/oidc/interaction/${id}?a=b`,
      '/oidc/interaction/..%2F',
    ])
      await browser.get(`/ding_url?redirect=${encodeURIComponent(`http://login.test${path}`)}`).expect(400)
  })
})

describe('the session', () => {
  it('is that of this browser, shared with sibling hosts or not', async () => {
    await using world = await createWorld({ PUBLIC_URL: 'https://login.corp.test', COOKIE_DOMAIN: 'corp.test' })
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = world.browser()
    await browser.logIn()
    const asked = await browser.get(party.authorizeUrl()).expect(303)
    expect(asked.headers.location).toMatch(/^https:\/\/app\.test\/callback\?code=/)
  })

  it('of two people is nobody’s for applications, either', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const attacker = await signedIn(world, 'lisi')
    const cookie = `${browser.cookieHeader}; ${attacker.cookieHeader}`
    const asked = await world
      .browser()
      .get(party.authorizeUrl({ prompt: 'none' }))
      .set('Cookie', cookie)
      .expect(303)
    expect(asked.headers.location).toContain('error=login_required')
  })
})

describe('a logout that an application asks for', () => {
  it('is asked about, and done when the person says so', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const browser = await signedIn(world)
    const address = '/oidc/logout?client_id=app&post_logout_redirect_uri=https://app.test/bye&state=a%20b'
    const asked = await browser.get(address).set('Accept', 'text/html').expect(200)
    expect(asked.text).toContain('App asks for it.')
    await browser.get('/me').expect(200)
    const xsrf = /name="xsrf" value="(\w+)"/.exec(asked.text)?.[1] ?? ''
    const confirm = (form: object, from = browser) => from.send('post', '/oidc/logout/confirm').type('form').send(form)
    await confirm({ xsrf: 'a'.repeat(48), logout: 'yes' }).expect(400)
    await confirm({ logout: 'yes' }).expect(400)
    await browser.get('/me').expect(200)
    const stayed = await confirm({ xsrf }).expect(303)
    expect(new URL(String(stayed.headers.location)).searchParams.get('state')).toBe('a b')
    await browser.get('/me').expect(200)
    const again = /name="xsrf" value="(\w+)"/.exec((await browser.get(address)).text)?.[1] ?? ''
    const done = await confirm({ xsrf: again, logout: 'yes' }).expect(303)
    expect(new URL(String(done.headers.location)).searchParams.get('state')).toBe('a b')
    await browser.get('/me').expect(401)
    expect(browser.cookie('sid')).toBeUndefined()
  })

  it('cannot be confirmed by another browser’s question', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const attacker = world.browser()
    const { text } = await attacker.get('/oidc/logout').expect(200)
    const xsrf = /name="xsrf" value="(\w+)"/.exec(text)?.[1] ?? ''
    const victim = await signedIn(world)
    plant(attacker, victim, 'oidc.')
    await victim.send('post', '/oidc/logout/confirm').type('form').send({ xsrf, logout: 'yes' }).expect(400)
    await victim.get('/me').expect(200)
  })

  it('is done at once where an ID token of this very session comes with it', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const other = await signedIn(world)
    const { idToken } = await party.enter(browser)
    await other.get(`/oidc/logout?id_token_hint=${idToken}`).expect(200)
    await other.get('/me').expect(200)
    const done = await browser.get(`/oidc/logout?id_token_hint=${idToken}`).expect(303)
    expect(pathOf(done.headers.location)).toBe('/oidc/logout/success')
    await browser.get('/me').expect(401)
    await other.get('/me').expect(200)
  })

  it('leads nowhere that the application has not named', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const browser = await signedIn(world)
    await browser.get('/oidc/logout?client_id=app&post_logout_redirect_uri=https://evil.test/').expect(400)
    const unnamed = await browser.get('/oidc/logout?post_logout_redirect_uri=https://app.test/bye').expect(200)
    const xsrf = /name="xsrf" value="(\w+)"/.exec(unnamed.text)?.[1] ?? ''
    const done = await browser
      .send('post', '/oidc/logout/confirm')
      .type('form')
      .send({ xsrf, logout: 'yes' })
      .expect(303)
    expect(pathOf(done.headers.location)).toBe('/oidc/logout/success')
  })

  it('goes on to the application where nobody is signed in', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const browser = world.browser()
    const address = '/oidc/logout?client_id=app&post_logout_redirect_uri=https://app.test/bye'
    const { text } = await browser.get(address).expect(200)
    const xsrf = /name="xsrf" value="(\w+)"/.exec(text)?.[1] ?? ''
    const done = await browser
      .send('post', '/oidc/logout/confirm')
      .type('form')
      .send({ xsrf, logout: 'yes' })
      .expect(303)
    expect(done.headers.location).toBe('https://app.test/bye')
  })
})
