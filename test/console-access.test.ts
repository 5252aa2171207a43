import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../src/time.js'
import type { Browser } from './support/browser.js'
import { CONSOLE_SETTINGS, createConsoleWorld, enterConsole, formTokenOf, postForm } from './support/console.js'
import { createWorld, FRONTEND, PUBLIC_URL, type World } from './support/world.js'

const { ADMINS } = CONSOLE_SETTINGS
const IN_DINGTALK =
  'Mozilla/5.0 (Macintosh) AppleWebKit/537.36 Chrome/120 Safari/537.36 dingtalk-win/1.0 DingTalk/7.0.0'

async function idOf(world: World, username: string): Promise<string> {
  return String((await world.sql(`SELECT "id" FROM "User" WHERE "username" = '${username}'`))[0]?.id)
}

/** An administrator in the console, and somebody else who has logged in, with the address of their page. */
async function withOther(world: World): Promise<{ browser: Browser; other: Browser; page: string; id: string }> {
  const [browser, other] = [world.browser(), world.browser()]
  await other.logIn('lisi')
  await enterConsole(browser)
  const id = await idOf(world, '李四')
  return { browser, other, id, page: `/admin/people/${id}` }
}

async function isDisabled(world: World, id: string): Promise<boolean> {
  return (await world.sql(`SELECT "disabledAt" FROM "User" WHERE "id" = '${id}'`))[0]?.disabledAt !== null
}

/** Lets an hour and more pass for the server and for DingTalk. */
function pass(world: World, ms: number): void {
  world.pass(ms)
  world.dingtalk.moveClock(ms)
}

describe('who comes to the console', () => {
  it('is sent to a scan of their own where only the session is there, and comes back to the same page', async () => {
    await using world = await createWorld({ ADMINS })
    const browser = world.browser()
    await browser.logIn()
    const sentAway = await browser.get('/admin/trail?event=logins').expect(302)
    expect(sentAway.headers.location).toMatch(/\/ding_url\?way=page&redirect=/)
    const back = await browser.logIn('zhangsan', sentAway.headers.location)
    expect(back.headers.location).toBe(`${PUBLIC_URL}/admin/trail?event=logins`)
    await browser.get('/admin/trail').expect(200)
  })

  it('finds nothing there where they are no administrator, by any method and with any origin', async () => {
    await using world = await createWorld({ ADMINS })
    const browser = world.browser()
    await enterConsole(browser, 'lisi')
    expect(browser.cookie('console')).toBeUndefined()
    const id = await idOf(world, '李四')
    for (const page of [
      '/admin',
      '/admin/people',
      '/admin/trail',
      '/admin/trail.csv',
      '/admin/settings',
      `/admin/people/${id}`,
    ])
      expect((await browser.get(page).expect(404)).body.error).toBe('not_found')
    for (const origin of [PUBLIC_URL, FRONTEND])
      expect((await postForm(browser, `/admin/people/${id}/make-admin`, {}, origin).expect(404)).body.error).toBe(
        'not_found',
      )
    await browser.send('put', '/admin').expect(404)
    expect(await world.sql('SELECT * FROM "Administrator"')).toEqual([])
  })

  it('needs a scan of this person, in this session, that our secret has signed', async () => {
    await using world = await createWorld({ ADMINS: `${ADMINS},manager` })
    const browser = world.browser()
    await enterConsole(browser)
    const pass = browser.cookies.get('console') ?? ''
    await browser.get('/admin').expect(200)

    browser.cookies.set(
      'console',
      pass.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    )
    await browser.get('/admin').expect(302)
    browser.cookies.delete('console')
    await browser.logIn()
    browser.cookies.set('console', pass)
    await browser.get('/admin').expect(302)
  })

  it('has twelve hours after a scan, and none that lie ahead', async () => {
    await using world = await createWorld({ ADMINS, SESSION_IDLE_TIMEOUT: '2d' })
    const browser = world.browser()
    await enterConsole(browser)
    world.pass(-MINUTE)
    await browser.get('/admin').expect(302)
    world.pass(MINUTE + 12 * HOUR - MINUTE)
    await browser.get('/admin').expect(200)
    world.pass(2 * MINUTE)
    await browser.get('/admin').expect(302)
    await browser.get('/me').expect(200)
  })

  it('loses it with the right, with the next request', async () => {
    await using world = await createWorld({ ADMINS })
    const { browser, other, page } = await withOther(world)
    const token = formTokenOf(await browser.get(page).expect(200))
    await postForm(browser, `${page}/make-admin`, { token }).expect(303)
    await enterConsole(other, 'lisi')
    const ofOther = formTokenOf(await other.get(page).expect(200))
    await postForm(browser, `${page}/unmake-admin`, { token }).expect(303)
    await other.get('/admin').expect(404)
    await postForm(other, `${page}/end-sessions`, { token: ofOther }).expect(404)
    await other.get('/me').expect(200)
  })

  it('loses it with the session', async () => {
    await using world = await createWorld({ ADMINS })
    const browser = world.browser()
    await enterConsole(browser)
    await browser.post('/logout').expect(204)
    await browser.get('/admin').expect(302)
  })

  it('loses it with the session, whichever other one is alive beside it', async () => {
    await using world = await createWorld({ ADMINS })
    const browser = world.browser()
    await enterConsole(browser)
    const scanned = browser.cookieHeader
    const other = world.browser()
    await other.logIn()
    const get = () => world.browser().get('/admin').set('Cookie', `${scanned}; ${other.cookieHeader}`)
    await get().expect(200)
    await browser.post('/logout').expect(204)
    await get().expect(302)
  })

  it.each(['/admin/lookup?q=a%00', '/admin/trail?person=a%00'])('searches without NUL at %s', async (page) => {
    await using world = await createConsoleWorld()
    const browser = world.browser()
    await enterConsole(browser)
    await browser.get(page).expect(200)
  })

  it('gets in by no login inside the DingTalk client', async () => {
    await using world = await createWorld({ ADMINS, DINGTALK_FLOW: 'oauth2' })
    const browser = world.browser()
    const sentAway = await browser.get('/admin').expect(302)
    const callback = await browser.scan('zhangsan', sentAway.headers.location)
    await browser.get(callback).set('User-Agent', IN_DINGTALK).expect(302)
    expect(browser.cookie('console')).toBeUndefined()
    await browser.get('/me').expect(200)
    const page = await browser.get('/admin').set('User-Agent', IN_DINGTALK).set('Accept', 'text/html').expect(403)
    expect(page.text).toContain('applink.dingtalk.com')
  })

  it('keeps its cookie on this host alone, where the session is shared with others', async () => {
    await using world = await createWorld({
      ADMINS,
      PUBLIC_URL: 'https://login.example.com',
      FRONTEND_URL: 'https://app.example.com/',
      COOKIE_DOMAIN: 'example.com',
    })
    const browser = world.browser()
    const sentAway = await browser.get('/admin').expect(302)
    const done = await browser.logIn('zhangsan', sentAway.headers.location)
    const cookies = String(done.headers['set-cookie']).split(/,(?=_)/)
    const pass = cookies.find((line) => line.startsWith('__Host-console='))
    expect(pass).toMatch(/; Path=\/; .*HttpOnly; Secure; SameSite=Lax/)
    expect(pass).not.toContain('Domain')
  })

  it('cannot be read by the scripts of front ends', async () => {
    await using world = await createWorld({ ADMINS })
    const browser = world.browser()
    await enterConsole(browser)
    for (const page of ['/admin', '/account', '/apps']) {
      const answer = await browser.get(page).set('Origin', FRONTEND)
      expect(answer.headers['access-control-allow-origin'], page).toBeUndefined()
      expect(answer.headers['access-control-allow-credentials'], page).toBeUndefined()
    }
  })
})

describe('a change in the console', () => {
  it.each([
    ['no origin of our own', FRONTEND, 'origin_not_allowed'],
    ['no origin at all', '', 'origin_not_allowed'],
  ])('is refused with %s', async (_why, origin, code) => {
    await using world = await createWorld({ ADMINS })
    const { browser, id, page } = await withOther(world)
    const token = formTokenOf(await browser.get(page).expect(200))
    const fields = new URLSearchParams({ token, reason: 'left' }).toString()
    const sent = browser.send('post', `${page}/disable`).type('application/x-www-form-urlencoded')
    const answer = await (origin ? sent.set('Origin', origin) : sent).send(fields).expect(403)
    expect(answer.body.error).toBe(code)
    expect(await isDisabled(world, id)).toBe(false)
  })

  it.each(['', 'forged'])('is not made with the token "%s", and keeps what was typed', async (token) => {
    await using world = await createWorld({ ADMINS })
    const { browser, id, page } = await withOther(world)
    const late = await postForm(browser, `${page}/disable`, { token, reason: 'left <b>us</b>' }).expect(403)
    expect(late.text).toContain('left &lt;b&gt;us&lt;/b&gt;')
    expect(await isDisabled(world, id)).toBe(false)
    await postForm(browser, `${page}/disable`, { token: formTokenOf(late), reason: 'left us' }).expect(303)
    expect(await isDisabled(world, id)).toBe(true)
  })

  it('that comes too late is kept, and sent again after a new scan', async () => {
    await using world = await createWorld({ ADMINS, SESSION_IDLE_TIMEOUT: '2d', MEMBERSHIP_RECHECK: '0' })
    const { browser, id, page } = await withOther(world)
    const token = formTokenOf(await browser.get(page).expect(200))
    pass(world, 13 * HOUR)
    const late = await postForm(browser, `${page}/disable`, { token, reason: 'left us' }).expect(403)
    expect(late.text).toContain('left us')
    const login = /href="([^"]*ding_url[^"]*)"/.exec(late.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    await browser.logIn('zhangsan', login)
    const again = await postForm(browser, `${page}/disable`, { token, reason: 'left us' }).expect(403)
    expect(await isDisabled(world, id)).toBe(false)
    await postForm(browser, `${page}/disable`, { token: formTokenOf(again), reason: 'left us' }).expect(303)
    expect(await isDisabled(world, id)).toBe(true)
  })

  it('cannot close the last way in: one’s own account and right are left alone', async () => {
    await using world = await createConsoleWorld({ ADMINS: '' }).catch(() => createWorld())
    const { browser } = { browser: world.browser() }
    await browser.logIn()
    const id = await idOf(world, '张三')
    await world.sql(
      `INSERT INTO "Administrator" ("userId", "createdAt") VALUES ('${id}', '2026-01-01T00:00:00.000+00:00')`,
    )
    await enterConsole(browser)
    const page = `/admin/people/${id}`
    const token = formTokenOf(await browser.get(page).expect(200))
    for (const doing of ['disable', 'unmake-admin']) {
      await postForm(browser, `${page}/${doing}`, { token, reason: 'oops' }).expect(409)
      await browser.get('/admin').expect(200)
    }
  })
})
