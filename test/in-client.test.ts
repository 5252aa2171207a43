import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config/config.js'
import { warningsOf } from '../src/config/warnings.js'
import { APP } from '../src/emulator/emulator.js'
import { MINUTE } from '../src/time.js'
import { agree, setCookies } from './support/browser.js'
import { Description } from './support/description.js'
import {
  CLIENT_SETTINGS,
  createClientWorld,
  logInByClient,
  openInClient,
  post,
  postText,
  USER_AGENTS,
} from './support/in-client.js'
import { createWorld, defaultSettings, FRONTEND_URL, PUBLIC_URL, type World } from './support/world.js'

/** The calls that spend a code of the client. */
const exchanges = (world: World) => world.dingtalk.journal().filter(({ call }) => call === 'user/getuserinfo')
const asked = (world: World) => world.dingtalk.journal().map(({ call }) => call)

describe.each(['qrconnect', 'oauth2'])('inside the DingTalk client, with %s,', (DINGTALK_FLOW) => {
  it.each(['/login', '/ding_url'])('%s is a page that logs in by the client’s code', async (path) => {
    await using world = await createClientWorld({ DINGTALK_FLOW })
    const browser = world.browser()
    const { page, state } = await openInClient(browser, path)
    expect(page.text).toContain(`data-corp-id="${APP.corpId}" data-client-id="dingemulator"`)
    const landed = await post(browser, { state, inClientCode: world.dingtalk.clientCode('zhangsan') })
    expect(landed.status).toBe(302)
    expect(landed.headers.location).toBe(`${FRONTEND_URL}?username=${encodeURIComponent('张三')}`)
    expect((await browser.get('/me').expect(200)).body).toMatchObject({ username: '张三', nick: '张三' })
  })
})

describe('a login by the client’s code', () => {
  it('asks DingTalk for the person and the directory whether they are a member, and nothing else', async () => {
    await using world = await createClientWorld()
    await logInByClient(world, world.browser())
    world.dingtalk.clearJournal()
    await logInByClient(world, world.browser())
    expect(asked(world)).toEqual(['user/getuserinfo', 'getbyunionid'])
  })

  it('fetches another app token where the one that it has is no longer good', async () => {
    await using world = await createClientWorld()
    await logInByClient(world, world.browser())
    world.dingtalk.expireAppTokens()
    world.dingtalk.clearJournal()
    expect((await logInByClient(world, world.browser())).status).toBe(302)
    expect(asked(world)).toEqual(['user/getuserinfo', 'gettoken', 'user/getuserinfo', 'getbyunionid'])
  })

  it('leads to the very address, and to an address of an application', async () => {
    await using world = await createClientWorld()
    const target = 'http://front.test/a?b=c%26d&username=x#e'
    const path = `/ding_url?${new URLSearchParams({ redirect: target })}`
    const landed = await logInByClient(world, world.browser(), 'zhangsan', path)
    expect(landed.headers.location).toBe(`http://front.test/a?b=c%26d&username=${encodeURIComponent('张三')}#e`)
    const waiting = `${PUBLIC_URL}/oidc/interaction/abc`
    const toApplication = `/ding_url?${new URLSearchParams({ redirect: waiting })}`
    const onward = await logInByClient(world, world.browser(), 'zhangsan', toApplication)
    expect(onward.headers.location).toMatch(`${waiting}?username=`)
  })

  it('is a login like others for the log', async () => {
    await using world = await createClientWorld()
    await logInByClient(world, world.browser())
    const refused = await post(world.browser(), { state: 's', inClientCode: 'c' })
    expect(refused.body.error).toBe('attempt_missing')
    const events = world.log.flatMap(({ event, code }) => (event ? [[event, code].filter(Boolean).join(' ')] : []))
    expect(events).toEqual(['login_begun', 'login_succeeded', 'login_refused attempt_missing'])
  })

  it('takes the directory’s name for a nick at a first login alone, and leaves nick and avatar as a scan told them', async () => {
    await using world = await createClientWorld({ DINGTALK_FLOW: 'oauth2' })
    const browser = world.browser()
    await logInByClient(world, browser, 'lisi')
    const me = async () => (await browser.get('/me').expect(200)).body
    expect(await me()).toMatchObject({ username: '李思远', nick: '李思远', avatarUrl: null })
    await browser.logIn('lisi')
    const scanned = await me()
    expect(scanned).toMatchObject({
      username: '李思远',
      nick: '李四',
      avatarUrl: expect.stringContaining('/avatar/lisi.svg'),
    })
    await logInByClient(world, browser, 'lisi', '/ding_url')
    expect(await me()).toEqual({ ...scanned, lastLoginAt: expect.any(String) })
  })

  it('is one login when it comes twice at once, and goes on when it comes again', async () => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const { state } = await openInClient(browser)
    const fields = { state, inClientCode: world.dingtalk.clientCode('zhangsan') }
    const answers = await Promise.all([post(browser, fields), post(browser, fields)])
    expect(answers.map(({ status }) => status)).toEqual([302, 302])
    expect(await world.count('Session')).toBe(1)
    const again = await post(browser, fields)
    expect(again.headers.location).toBe(answers[0].headers.location)
    expect(exchanges(world)).toHaveLength(1)
    await browser.post('/logout').expect(204)
    expect((await post(browser, fields)).body.error).toBe('attempt_missing')
    expect(exchanges(world)).toHaveLength(1)
  })
})

describe('the callback’s POST refuses, without asking DingTalk,', () => {
  it.each([
    ['an allowed front end', 'http://front.test'],
    ['a strange page', 'https://evil.test'],
    ['a page without an origin', 'null'],
  ])('what %s sends', async (_, origin) => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const { state } = await openInClient(browser)
    const fields = { state, inClientCode: world.dingtalk.clientCode('zhangsan') }
    const refused = await post(browser, fields, origin)
    expect(refused.status).toBe(403)
    expect(refused.body.error).toBe('origin_not_allowed')
    const bare = await browser.send('post', '/callback').type('form').send(fields)
    expect(bare.body.error).toBe('origin_not_allowed')
    expect(asked(world)).toEqual([])
  })

  it('a code in a browser that did not open the page', async () => {
    await using world = await createClientWorld()
    const { state } = await openInClient(world.browser())
    const refused = await post(world.browser(), { state, inClientCode: world.dingtalk.clientCode('zhangsan') })
    expect(refused.status).toBe(400)
    expect(refused.body.error).toBe('attempt_missing')
    expect(asked(world)).toEqual([])
  })

  it('a code for the attempt of a scan', async () => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const begun = await browser.get('/ding_url').expect(302)
    const state = new URL(begun.headers.location ?? '').searchParams.get('state') ?? ''
    const refused = await post(browser, { state, inClientCode: world.dingtalk.clientCode('zhangsan') })
    expect(refused.body.error).toBe('attempt_missing')
    expect(asked(world)).toEqual([])
  })

  it('an attempt that took too long', async () => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const { state } = await openInClient(browser)
    world.pass(11 * MINUTE)
    const refused = await post(browser, { state, inClientCode: world.dingtalk.clientCode('zhangsan') })
    expect(refused.body.error).toBe('attempt_expired')
    expect(asked(world)).toEqual([])
  })

  it('what is no such form', async () => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const { state } = await openInClient(browser)
    const code = world.dingtalk.clientCode('zhangsan')
    for (const text of [
      '',
      `state=${state}`,
      `inClientCode=${code}`,
      `state=${state}&code=${code}`,
      `state=${state}&inClientCode=`,
      `state=${state}&inClientCode=a%20b`,
      `state=${state}&inClientCode=${'x'.repeat(513)}`,
      `state=${state}&state=${state}&inClientCode=${code}`,
      `state=${state}&inClientCode=${code}&inClientCode=${code}`,
      `state=${state}&inClientCode=%zz`,
      `state=${state}&inClientCode=${code}&filler=${'x'.repeat(4096)}`,
    ])
      expect((await postText(browser, text)).body.error, text).toBe('bad_request')
    const json = await browser.post('/callback', PUBLIC_URL).send({ state, inClientCode: code })
    expect(json.body.error).toBe('bad_request')
    const inQuery = await browser.post(`/callback?state=${state}&inClientCode=${code}`, PUBLIC_URL)
    expect(inQuery.body.error).toBe('bad_request')
    expect(asked(world)).toEqual([])
  })

  it('any of it where DINGTALK_CORP_ID is not set', async () => {
    await using world = await createWorld()
    const answer = await post(world.browser(), { state: 's', inClientCode: 'c' })
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe('GET')
  })

  it('more than RATE_LIMIT_PER_MINUTE', async () => {
    await using world = await createClientWorld({ RATE_LIMIT_PER_MINUTE: '1' })
    await post(world.browser(), { state: 's', inClientCode: 'c' })
    const refused = await post(world.browser(), { state: 's', inClientCode: 'c' })
    expect(refused.status).toBe(429)
    expect(refused.body.error).toBe('rate_limited')
  })
})

describe('an attempt of the page in the client', () => {
  it('takes no code of a scan', async () => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const { state } = await openInClient(browser)
    const callback = new URL(await world.browser().scan('lisi'))
    callback.searchParams.set('state', state)
    world.dingtalk.clearJournal()
    for (const query of [callback.search, `?state=${state}&error=denied`]) {
      const refused = await browser.get(`/callback${query}`).expect(400)
      expect(refused.body.error).toBe('attempt_missing')
    }
    expect(asked(world)).toEqual([])
  })

  it('is told apart by its cookie; that of a scan is as older versions wrote and read it', async () => {
    await using world = await createClientWorld()
    const payloads: string[] = []
    for (const userAgent of ['', USER_AGENTS.phone]) {
      const browser = world.browser()
      await browser.get('/ding_url').set('User-Agent', userAgent)
      const signed = decodeURIComponent(browser.cookies.get(browser.cookie('login.') ?? '') ?? '')
      payloads.push(Buffer.from(signed.slice(2).split('.')[0] ?? '', 'base64url').toString())
    }
    expect(payloads[0]).toMatch(/^[\w-]{43}\n\d+\n0\nhttp:\/\/front\.test\/$/)
    expect(payloads[1]).toMatch(/^[\w-]{43}\n\d+\nc0\nhttp:\/\/front\.test\/$/)
  })

  it('is spent by its first code: another one cannot follow it', async () => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const { state } = await openInClient(browser)
    const refused = await post(browser, { state, inClientCode: 'nonsense' })
    expect(refused.status).toBe(401)
    expect(refused.body.error).toBe('code_rejected')
    const after = await post(browser, { state, inClientCode: world.dingtalk.clientCode('zhangsan') })
    expect(after.body.error).toBe('attempt_missing')
    expect(exchanges(world)).toHaveLength(1)
  })
})

describe('who comes with the client’s code', () => {
  it('is refused who has left since, and has no session any more', async () => {
    await using world = await createClientWorld()
    const before = world.browser()
    await logInByClient(world, before, 'lisi')
    const browser = world.browser()
    const { state } = await openInClient(browser)
    const inClientCode = world.dingtalk.clientCode('lisi')
    world.dingtalk.failNext('getbyunionid', { errcode: 60121 })
    const refused = await post(browser, { state, inClientCode })
    expect(refused.body.error).toBe('not_a_member')
    expect(refused.status).toBe(403)
    expect(await world.count('Session')).toBe(0)
  })

  it('is told whom to ask where the application is not visible to them', async () => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const { state } = await openInClient(browser)
    world.dingtalk.failNext('user/getuserinfo', { errcode: 40079 })
    const refused = await post(browser, { state, inClientCode: world.dingtalk.clientCode('lisi') })
    expect(refused.status).toBe(403)
    expect(refused.body.error).toBe('not_permitted')
    expect(world.log.find(({ event }) => event === 'login_refused')).toMatchObject({
      upstreamCode: '40079',
      setting: expect.stringContaining('visible range'),
    })
  })

  it('is not let in where DingTalk does not say who they are', async () => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const { state } = await openInClient(browser)
    const code = world.dingtalk.clientCode('lisi')
    world.dingtalk.failNext('user/getuserinfo', 'truncated')
    expect((await post(browser, { state, inClientCode: code })).body.error).toBe('dingtalk_unreadable')
    world.dingtalk.permissions.switch('qyapi_base', false)
    expect((await logInByClient(world, browser, 'lisi')).body.error).toBe('dingtalk_misconfigured')
    expect(await world.count('User')).toBe(0)
  })
})

describe('the page in the client', () => {
  it('does not log in by itself where an error is to be read, or somebody is signed in', async () => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const open = async (path: string) => (await browser.get(path).set('User-Agent', USER_AGENTS.phone).expect(200)).text
    const after = await open('/login?redirect=%2Fa&error=code_rejected')
    expect(after).not.toContain('id="in-client"')
    expect(after).toContain('href="/ding_url?redirect=%2Fa&amp;way=page"')
    await logInByClient(world, browser)
    const signedIn = await open('/login')
    expect(signedIn).not.toContain('id="in-client"')
    expect(signedIn).toContain('href="/ding_url?way=page"')
  })

  it('is left by an error to a page that does not log in by itself', async () => {
    await using world = await createClientWorld()
    const browser = world.browser()
    const { state } = await openInClient(browser, '/login?redirect=%2Fa')
    const refused = await browser
      .post('/callback', PUBLIC_URL)
      .set('Accept', 'text/html')
      .type('form')
      .send({ state, inClientCode: 'nonsense' })
    expect(refused.status).toBe(401)
    expect(refused.text).toContain('href="/login?redirect=http%3A%2F%2Ffront.test%2Fa&amp;error=code_rejected"')
  })

  it.each([
    ['qrconnect', '/connect/oauth2/sns_authorize'],
    ['oauth2', '/oauth2/auth'],
  ])('gives way to DingTalk’s own page where that is asked for, with %s', async (DINGTALK_FLOW, path) => {
    await using world = await createClientWorld({ DINGTALK_FLOW })
    const browser = world.browser()
    const begun = await browser.get('/ding_url?way=page').set('User-Agent', USER_AGENTS.phone).expect(302)
    expect(new URL(begun.headers.location ?? '').pathname).toBe(path)
    await browser.get(await agree(begun.headers.location, 'zhangsan')).expect(302)
    await browser.get('/me').expect(200)
  })

  it('allows its own scripts and no others', async () => {
    await using world = await createClientWorld()
    const { page } = await openInClient(world.browser())
    const policy = page.headers['content-security-policy']
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("form-action 'self' https: http:;")
    expect(policy).toContain("default-src 'none';")
    expect(page.text).not.toMatch(/<script(?![^>]* src="\/assets\/in-client\.js")/)
  })

  it('is sent to PUBLIC_URL first where it came by another host', async () => {
    await using world = await createClientWorld()
    const hop = await world
      .browser()
      .get('/login?redirect=%2Fa')
      .set('Host', 'other.test')
      .set('User-Agent', USER_AGENTS.phone)
      .expect(302)
    expect(hop.headers.location).toBe(`${PUBLIC_URL}/login?redirect=%2Fa&hop=1`)
    expect(setCookies(hop)).toEqual([])
    await openInClient(world.browser(), '/login?redirect=%2Fa&hop=1')
  })

  it('is left out for an application for scan logins alone, which the start warns of', async () => {
    const { DINGTALK_CORP_ID } = CLIENT_SETTINGS
    await using world = await createWorld({ DINGTALK_CORP_ID })
    const begun = await world.browser().get('/login').set('User-Agent', USER_AGENTS.phone).expect(302)
    expect(begun.headers.location).toBe('/ding_url')
    const older = await world.browser().get('/ding_url').set('User-Agent', USER_AGENTS.phone).expect(302)
    expect(older.headers.location).toContain('scope=snsapi_auth')
    expect((await post(world.browser(), { state: 's', inClientCode: 'c' })).status).toBe(405)
    const settings = { ...defaultSettings('http://dingtalk.test'), FRONTEND_URL: `${PUBLIC_URL}/`, DINGTALK_CORP_ID }
    const warned = await warningsOf(readConfig(settings), settings)
    expect(warned).toEqual([{ setting: 'DINGTALK_CORP_ID', problem: expect.stringMatching(/DINGTALK_CORP_APP_KEY/) }])
  })

  it('is for the login’s own application in the newer flow', async () => {
    const { DINGTALK_CORP_ID } = CLIENT_SETTINGS
    await using world = await createWorld({ DINGTALK_CORP_ID, DINGTALK_FLOW: 'oauth2' })
    const { page } = await openInClient(world.browser())
    expect(page.text).toContain('data-client-id="dingemulator"')
    expect((await logInByClient(world, world.browser())).status).toBe(302)
  })

  it('is described, with the callback’s POST', async () => {
    await using world = await createClientWorld()
    const description = await Description.of(world)
    const browser = world.browser()
    const { page, state } = await openInClient(browser, '/ding_url')
    expect(description.faults('GET /ding_url', page)).toEqual([])
    const landed = await post(browser, { state, inClientCode: world.dingtalk.clientCode('zhangsan') })
    expect(description.faults('POST /callback', landed)).toEqual([])
    expect(description.faults('POST /callback', await post(browser, {}))).toEqual([])
    const { headers } = await world.browser().send('put', '/callback').expect(405)
    expect(headers.allow).toBe('GET, POST')
  })
})

describe('the same page elsewhere', () => {
  const linkOf = (text: string, label: string) =>
    new RegExp(`<a href="([^"]*)">${label}</a>`).exec(text)?.[1]?.replaceAll('&amp;', '&')

  it('is offered to a phone’s browser for DingTalk, and to DingTalk on a desktop for the system’s browser', async () => {
    await using world = await createClientWorld()
    const redirect = 'http://front.test/a?b=c&d'
    const path = `/login?${new URLSearchParams({ redirect })}`
    const open = async (userAgent: string, query = '') =>
      (await world.browser().get(`${path}${query}`).set('User-Agent', userAgent).expect(200)).text
    const toDingTalk = linkOf(await open(USER_AGENTS.phoneBrowser), 'Open in DingTalk')
    expect(toDingTalk).toBe(`dingtalk://dingtalkclient/page/link?url=${encodeURIComponent(`${PUBLIC_URL}${path}`)}`)
    for (const query of ['', '&error=internal']) {
      const toBrowser = linkOf(await open(USER_AGENTS.desktop, query), 'Open in the system’s browser')
      const url = encodeURIComponent(`${PUBLIC_URL}${path}`)
      expect(toBrowser).toBe(`https://applink.dingtalk.com/page/link?url=${url}&targetDesktop=browser`)
    }
    expect(await open(USER_AGENTS.phone)).not.toMatch(/applink|dingtalk:/)
  })

  it('is not offered where another program could not go on, or would need a scan', async () => {
    await using world = await createClientWorld()
    const waiting = `/login?${new URLSearchParams({ redirect: `${PUBLIC_URL}/oidc/interaction/abc` })}`
    for (const userAgent of [USER_AGENTS.phoneBrowser, USER_AGENTS.desktop]) {
      const { text } = await world.browser().get(waiting).set('User-Agent', userAgent).expect(200)
      expect(text).not.toMatch(/applink|dingtalk:/)
    }
    const { browser } = await world.anotherServer({ DINGTALK_CORP_ID: '', DINGTALK_FLOW: 'oauth2' })
    const { text } = await browser().get('/login').set('User-Agent', USER_AGENTS.phoneBrowser).expect(200)
    expect(text).not.toContain('dingtalk:')
  })
})
