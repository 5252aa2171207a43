import { describe, expect, it, vi } from 'vitest'
import { CookieSignature } from '../src/cookies/signed-cookie.js'
import { agree, type Browser, setCookies } from './support/browser.js'
import { createWorld, type World } from './support/world.js'

/** A browser that sends its own cookies with these around them. */
function sending(world: World, browser: Browser, { before = '', after = '' }) {
  const cookies = [before, browser.cookieHeader, after].filter(Boolean).join('; ')
  return {
    get: (path: string) => world.browser().get(path).set('Cookie', cookies),
    post: (path: string) => world.browser().post(path).set('Cookie', cookies),
  }
}

/** A session cookie that verifies and whose session is over. */
async function staleCookie(world: World, personId = 'lisi'): Promise<string> {
  const browser = world.browser()
  await browser.logIn(personId)
  const stale = browser.cookieHeader
  await browser.post('/logout').expect(204)
  return stale
}

function sid(cookieHeader: string): string {
  return /sid=[^;]+/.exec(cookieHeader)?.[0] ?? ''
}

describe('of several session cookies', () => {
  it.each(['before', 'after'] as const)('the one that is alive counts, with a stale one %s it', async (place) => {
    await using world = await createWorld()
    const stale = sid(await staleCookie(world))
    const browser = world.browser()
    await browser.logIn()
    const { body } = await sending(world, browser, { [place]: stale })
      .get('/me')
      .expect(200)
    expect(body.username).toBe('张三')
    await sending(world, browser, { [place]: stale })
      .get('/verify')
      .expect(204)
    await sending(world, browser, { [place]: stale })
      .get('/account')
      .set('Accept', 'text/html')
      .expect(200)
  })

  it.each(['sid=foreign', 'sid=', 'sid=s%3Aforged.signature', 'sid="quoted"', 'sid=%E0%A4%A', 'sid=s:x.y; sid=z'])(
    'one of another application (%s) signs nobody out',
    async (foreign) => {
      await using world = await createWorld()
      const browser = world.browser()
      await browser.logIn()
      await sending(world, browser, { before: foreign }).get('/me').expect(200)
      await sending(world, browser, { after: foreign }).get('/me').expect(200)
    },
  )

  it('a logout ends the one that is alive', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    await sending(world, browser, { before: 'sid=foreign' }).post('/logout').expect(204)
    await browser.get('/me').expect(401)
  })

  it('a new login is what counts afterwards, with the foreign one still there', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    browser.cookies.set('sid', 'foreign')
    const callback = await browser.scan()
    await browser.get(callback).expect(302)
    await sending(world, browser, { before: 'sid=foreign' }).get('/me').expect(200)
  })

  it('two that are alive and of two people are nobody’s, and the log says so', async () => {
    await using world = await createWorld()
    const mine = world.browser()
    const planted = world.browser()
    await mine.logIn('zhangsan')
    await planted.logIn('lisi')
    await sending(world, mine, { before: sid(planted.cookieHeader) })
      .get('/me')
      .expect(401)
    await sending(world, mine, { after: sid(planted.cookieHeader) })
      .get('/verify')
      .expect(401)
    const lines = world.log.filter(({ msg }) => msg === 'session cookies of several people: nobody is signed in')
    expect(lines).toHaveLength(2)
    expect(JSON.stringify(lines)).not.toContain('s%3A')
    await mine.get('/me').expect(200)
  })

  it('two that are alive and of one person are that person’s', async () => {
    await using world = await createWorld()
    const [one, other] = [world.browser(), world.browser()]
    await one.logIn()
    await other.logIn()
    await sending(world, one, { before: sid(other.cookieHeader) })
      .get('/me')
      .expect(200)
  })

  it('any number of planted ones does not hide the person’s own', async () => {
    await using world = await createWorld()
    const planted: string[] = []
    for (let index = 0; index < 12; index++) {
      const browser = world.browser()
      await browser.logIn('lisi')
      planted.push(sid(browser.cookieHeader))
    }
    const mine = world.browser()
    await mine.logIn('zhangsan')
    const before = planted.join('; ')
    await sending(world, mine, { before }).get('/me').expect(401)
    await sending(world, mine, { before }).post('/logout').expect(204)
    await mine.get('/me').expect(401)
  })

  it('many copies of one are looked up once', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const copies = Array.from({ length: 50 }, () => sid(browser.cookieHeader)).join('; ')
    await sending(world, browser, { before: copies }).get('/me').expect(200)
  })

  it('those that stand at other domains are expired where a response may do so', async () => {
    await using world = await createWorld({
      PUBLIC_URL: 'http://login.corp.test',
      FRONTEND_URL: 'http://app.corp.test/',
    })
    const browser = world.browser()
    await browser.logIn()
    const test = world.browser().post('/logout', 'http://app.corp.test')
    const lines = setCookies(await test.set('Cookie', `sid=foreign; ${browser.cookieHeader}`).expect(204))
    expect(lines.filter((line) => line.startsWith('sid=;'))).toHaveLength(3)
    for (const domain of ['login.corp.test', 'corp.test']) {
      expect(lines.some((line) => line.includes(`Domain=${domain};`))).toBe(true)
    }
    const one = setCookies(await world.browser().post('/logout', 'http://app.corp.test').set('Cookie', 'sid=foreign'))
    expect(one).toHaveLength(1)
  })
})

describe('the cookies of other applications', () => {
  it.each([
    ['thousands of bytes', `theirs=${'x'.repeat(9000)}`],
    ['quotes', 'theirs="a; b=\\"c\\""; other=\'x\''],
    ['broken escapes', 'theirs=%zz%; %=%E0%A4%A; a%20b=1'],
    ['characters beyond ASCII', Buffer.from('名字=张三').toString('latin1')],
    ['no name', '=value; ; ;;value'],
    ['many', Array.from({ length: 300 }, (_, index) => `c${index}=v`).join('; ')],
    ['names of an object’s own', '__proto__=1; constructor=2; hasOwnProperty=3; toString=4'],
  ])('disturb neither a login nor a session: %s', async (_, theirs) => {
    await using world = await createWorld()
    const browser = world.browser()
    const begun = await browser.get('/ding_url').set('Cookie', theirs).expect(302)
    const callback = await agree(begun.headers.location, 'zhangsan')
    await browser.get(callback).set('Cookie', `${theirs}; ${browser.cookieHeader}`).expect(302)
    for (const cookies of [`${theirs}; ${browser.cookieHeader}`, `${browser.cookieHeader}; ${theirs}`]) {
      await browser.get('/me').set('Cookie', cookies).expect(200)
      await browser.get('/verify').set('Cookie', cookies).expect(204)
    }
    await browser.post('/logout').set('Cookie', `${theirs}; ${browser.cookieHeader}`).expect(204)
  })
})

describe('a header full of attempt cookies', () => {
  it.each([
    ['of one name', (n: number) => Array.from({ length: n }, () => 'login.a=s:x.')],
    ['of many names', (n: number) => Array.from({ length: n }, (_, index) => `login.a${index}=s:x.`)],
    ['without a value', (n: number) => Array.from({ length: n }, () => 'login.a')],
  ])('costs no more than it is long, and a response takes back fifty at most: %s', async (_, make) => {
    await using world = await createWorld()
    const cookie = make(700).join('; ')
    const verify = vi.spyOn(CookieSignature.prototype, 'verify')
    const response = await world.browser().get('/ding_url').set('Cookie', cookie).expect(302)
    expect(verify.mock.calls.length).toBeLessThanOrEqual(700)
    verify.mockRestore()
    expect(setCookies(response).length).toBeLessThanOrEqual(51)
  })
})

describe('of several attempt cookies of one name', () => {
  it('the one that verifies counts', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    const name = browser.cookie('login.') ?? ''
    await browser.get(callback).set('Cookie', `${name}=planted; ${browser.cookieHeader}; ${name}=s:x.y`).expect(302)
  })
})
