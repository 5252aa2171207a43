import { describe, expect, it } from 'vitest'
import { ROLE } from '../src/emulator/organisation/roles.js'
import { makePerson } from '../src/emulator/person.js'
import { logosOf } from '../src/pages/logos.js'
import type { Application } from '../src/services/application.js'
import { type OpenableApplication, searchByName } from '../src/services/openable-applications.js'
import { MINUTE } from '../src/time.js'
import { addApplication } from './support/applications.js'
import type { Browser } from './support/browser.js'
import { addGroup, changeGroup, takeSteps } from './support/groups.js'
import { createClientWorld, post, USER_AGENTS } from './support/in-client.js'
import { StatementRecorder } from './support/statements.js'
import { createWorld, FRONTEND, PUBLIC_URL, type World } from './support/world.js'

const DIRECTORY = { DINGTALK_PROFILE: 'directory' }
const MAX_BYTES = 30 * 1024

function add(world: World, id: string, given: Partial<Application> = {}): Promise<Application> {
  return addApplication(world, { id, name: id, openUrl: `https://${id}.test/`, ...given })
}

async function signedIn(world: World, person = 'zhangsan'): Promise<Browser> {
  const browser = world.browser()
  await browser.logIn(person)
  return browser
}

/** The page's tiles: their names as markup, and where they lead. */
async function tiles(browser: Browser, path = '/apps'): Promise<string[]> {
  const { text } = await browser.get(path).expect(200)
  return [...text.matchAll(/class="tile" href="([^"]*)".*?<bdi>(.*?)<\/bdi>/g)].map(([, url, name]) => `${name} ${url}`)
}

/** Where the page says that the list goes on. */
async function nextOf(browser: Browser, path: string): Promise<string | undefined> {
  const { text } = await browser.get(path).expect(200)
  return /class="action quiet" href="(\/apps\?[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
}

describe('/apps', () => {
  it('shows the applications that have an address and are for the person, by name', async () => {
    await using world = await createWorld(DIRECTORY)
    await addGroup(world, 'engineers', { roles: [ROLE.engineer] })
    await add(world, 'wiki', { name: '维基', access: ['engineers'] })
    await add(world, 'grafana', { name: 'Grafana', description: '各项服务的图表' })
    await add(world, 'nobodys', { access: [] })
    await add(world, 'addressless', { openUrl: null })
    const engineer = await signedIn(world)
    expect(await tiles(engineer)).toEqual(['Grafana https://grafana.test/', '维基 https://wiki.test/'])
    expect((await engineer.get('/apps')).text).toContain('各项服务的图表')
    expect(await tiles(await signedIn(world, 'zhangwei2'))).toEqual(['Grafana https://grafana.test/'])
  })

  it('has lost the applications of a group a minute after the person has', async () => {
    await using world = await createWorld(DIRECTORY)
    await addGroup(world, 'engineers', { roles: [ROLE.engineer] })
    await add(world, 'wiki', { access: ['engineers'] })
    const browser = await signedIn(world)
    expect(await tiles(browser)).toHaveLength(1)
    await changeGroup(world, 'engineers', { roles: [], userids: ['nobody'] })
    world.pass(MINUTE)
    world.dingtalk.moveClock(MINUTE)
    expect(await tiles(browser)).toEqual([])
  })

  it('says what it means that there is none, and whom to ask', async () => {
    await using world = await createWorld()
    const browser = await signedIn(world)
    expect((await browser.get('/apps?lang=en')).text).toContain('ask your organisation’s administrator')
    expect((await browser.get('/apps?lang=zh')).text).toContain('请联系贵组织的管理员')
  })

  it('sends whoever is not signed in to the login, and takes them back', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const { headers } = await browser.get('/apps').expect(302)
    expect(headers.location).toBe(`/login?redirect=${encodeURIComponent(`${PUBLIC_URL}/apps`)}`)
    const landed = await browser.logIn('zhangsan', headers.location?.replace('/login', '/ding_url'))
    expect(landed.headers.location).toBe(`${PUBLIC_URL}/apps`)
    await browser.get('/apps').expect(200)
  })

  it.each(['phone', 'desktop'] as const)(
    'is reached inside the DingTalk client on a %s without a scan',
    async (device) => {
      await using world = await createClientWorld()
      await add(world, 'wiki')
      const browser = world.browser()
      const { headers } = await browser.get('/apps').set('User-Agent', USER_AGENTS[device]).expect(302)
      const page = await browser
        .get(headers.location ?? '')
        .set('User-Agent', USER_AGENTS[device])
        .expect(200)
      const state = /name="state" value="([\w-]{43})"/.exec(page.text)?.[1] ?? ''
      const landed = await post(browser, { state, inClientCode: world.dingtalk.clientCode('zhangsan') })
      expect(landed.headers.location).toBe(`${PUBLIC_URL}/apps`)
      const { text } = await browser.get('/apps').set('User-Agent', USER_AGENTS[device]).expect(200)
      expect(text).toContain('https://wiki.test/')
      // A logout there would be a login at once.
      expect(text).not.toContain('log-out')
      expect((await browser.get('/apps')).text).toContain('log-out')
    },
  )

  it('asks the database for the session alone, once the rules are known', async () => {
    await using world = await createWorld(DIRECTORY)
    await add(world, 'wiki')
    const browser = await signedIn(world)
    await tiles(browser)
    using recorder = new StatementRecorder()
    await tiles(browser)
    await world.browser().get('/').expect(302)
    expect(recorder.take().filter((statement) => !/"ApplicationSession" s/.test(statement))).toEqual([
      expect.stringMatching(/FROM ("[^"]+"\.)?"Session"/),
    ])
  })

  it('is read by no front end’s script', async () => {
    await using world = await createWorld()
    const { headers } = await (await signedIn(world)).get('/apps').set('Origin', FRONTEND).expect(200)
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(headers['cache-control']).toBe('no-store')
  })

  it('shows hostile names, sentences, nicks and searches as text', async () => {
    await using world = await createWorld()
    const evil = `"><script>alert(1)</script><img src=x onerror='alert(1)'>&`
    for (let n = 0; n < 13; n++) await add(world, `app${n}`, { name: `${n}${evil}`, description: evil })
    world.dingtalk.addPerson(makePerson({ id: 'evil', nick: evil.slice(0, 60) }))
    const browser = await signedIn(world, 'evil')
    for (const path of [
      '/apps',
      `/apps?search=${encodeURIComponent(evil)}`,
      `/apps?search=${encodeURIComponent(`zz${evil}`)}&after=${encodeURIComponent(evil)}`,
    ]) {
      const { text } = await browser.get(path).expect(200)
      expect(text).not.toMatch(/<script>|<img src=x|onerror='/)
    }
  })
})

describe('the search', () => {
  it('is there from thirteen applications on', async () => {
    await using world = await createWorld()
    for (let n = 0; n < 12; n++) await add(world, `app${n}`)
    const browser = await signedIn(world)
    expect((await browser.get('/apps')).text).not.toContain('role="search"')
    await add(world, 'app12')
    world.pass(MINUTE)
    expect((await browser.get('/apps')).text).toContain('role="search"')
  })

  it('finds by the words of names, ids and sentences, whatever their case and width', () => {
    const applications = [
      ['wiki', '团队知识库', '记录 How-To 与会议纪要'],
      ['grafana', 'Grafana 图表', null],
      ['git', 'ＧｉｔＬａｂ', '代码'],
    ].map(([id, name, description]) => ({ id, name, description, openUrl: 'x', logoUrl: null }) as OpenableApplication)
    const idsOf = (text: string) => searchByName(applications, text, 'zh-CN').map(({ id }) => id)
    expect(idsOf('gitlab')).toEqual(['git'])
    expect(idsOf('图表 GRAF')).toEqual(['grafana'])
    expect(idsOf('how-to')).toEqual(['wiki'])
    expect(idsOf('wiki 代码')).toEqual([])
    expect(idsOf(' ').sort()).toEqual(['git', 'grafana', 'wiki'])
  })

  it('holds 500 applications on pages of less than 30 KB, each of them on one', async () => {
    await using world = await createWorld()
    const steps = Array.from({ length: 500 }, (_, n) => n).map((n) => ({
      step: 'add' as const,
      application: {
        ...{ id: `app-${n}`, name: `应用 ${n}`, kind: 'proxy' as const, redirectUris: [], postLogoutRedirectUris: [] },
        ...{
          backchannelLogoutUri: null,
          openUrl: `https://app-${n}.test/?a=1&b=2`,
          description: '一句话说明。'.repeat(33),
        },
        ...{
          logoUrl: `https://logo-${n}.test/logo.png`,
          access: 'everyone' as const,
          usernameClaim: 'handle' as const,
        },
        ...{ refreshTokens: false, scopes: [], secretHash: null, previousSecretHash: null, previousSecretUntil: null },
        createdAt: new Date(),
      },
    }))
    await takeSteps(world, steps)
    const browser = await signedIn(world)
    const seen: string[] = []
    for (let path: string | undefined = '/apps?lang=zh'; path; path = await nextOf(browser, path)) {
      const { text, headers } = await browser.get(path).expect(200)
      expect(Buffer.byteLength(text)).toBeLessThan(MAX_BYTES)
      expect(headers['content-security-policy']?.length).toBeLessThan(1500)
      seen.push(...(await tiles(browser, path)))
    }
    expect(seen).toHaveLength(500)
    expect(new Set(seen).size).toBe(500)
    expect(seen.slice(0, 3)).toEqual([0, 1, 2].map((n) => `应用 ${n} https://app-${n}.test/?a=1&amp;b=2`))
    expect(await tiles(browser, '/apps?search=app-499')).toEqual(['应用 499 https://app-499.test/?a=1&amp;b=2'])
    expect(await tiles(browser, '/apps?search=nothing')).toEqual([])
  }, 30_000)
})

describe('logos', () => {
  const logos = (...urls: string[]) => [...logosOf(urls.map((logoUrl, n) => ({ id: String(n), logoUrl }))).keys()]

  it('are those of two dozen origins at most, and of these all', () => {
    const urls = Array.from({ length: 30 }, (_, n) => `https://logo-${n}.test/`)
    expect(logos(...urls, 'https://logo-0.test/b')).toEqual([...Array.from({ length: 24 }, (_, n) => String(n)), '30'])
  })

  it.each([
    'https://a;sandbox/x.png',
    "https://a'unsafe-inline'/",
    `https://${'a.'.repeat(60)}test/`,
    `https://a.test/${'x'.repeat(500)}`,
  ])('are none where their origin could say something else in a policy, or is too long: %s', (url) => {
    expect(logos(url)).toEqual([])
  })

  it('are named in the policy, each origin once', async () => {
    await using world = await createWorld()
    for (const id of ['a', 'b']) await add(world, id, { logoUrl: `https://logos.test:8443/${id}.svg` })
    const { headers } = await (await signedIn(world)).get('/apps').expect(200)
    expect(headers['content-security-policy']).toMatch(/img-src 'self'( http:\/\/[\d.:]+)? https:\/\/logos\.test:8443;/)
  })
})

describe('/', () => {
  it('leads to the applications where there is one, else to the login', async () => {
    await using world = await createWorld()
    expect((await world.browser().get('/').expect(302)).headers.location).toBe('/login')
    await add(world, 'wiki')
    world.pass(MINUTE)
    expect((await world.browser().get('/').expect(302)).headers.location).toBe('/apps')
  })
})
