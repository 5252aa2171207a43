import { once } from 'node:events'
import { IncomingMessage, request, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { ROLE } from '../src/emulator/organisation/roles.js'
import { GroupIndex } from '../src/services/group-index.js'
import { addApplication } from './support/applications.js'
import { addGroup } from './support/groups.js'
import { RelyingParty } from './support/relying-party.js'
import { createWorld, type World } from './support/world.js'

/** Express's own: each that is asked of a request is an address, or something that is done with every request. */
const { default: Layer } = await import(
  pathToFileURL(createRequire(createRequire(import.meta.url).resolve('express')).resolve('router/lib/layer.js')).href
)

/** What a login may cost others, and a browser: exact, so that no noise can hide a change. */
describe('a login with', () => {
  const calls = (world: World) => {
    const names = world.dingtalk.journal().map(({ call }) => call)
    world.dingtalk.clearJournal()
    return names
  }

  it.each([
    ['qrconnect', ['getuserinfo_bycode', 'getbyunionid']],
    ['oauth2', ['userAccessToken', 'users/me', 'getbyunionid']],
  ])('%s asks DingTalk no more often than this, and what comes after it not at all', async (flow, expected) => {
    await using world = await createWorld({ DINGTALK_FLOW: flow })
    const first = world.browser()
    const callback = await first.scan()
    calls(world)
    await first.get(callback).expect(302)
    expect(calls(world)).toEqual([...expected.slice(0, -1), 'gettoken', 'getbyunionid'])

    const browser = world.browser()
    const again = await browser.scan()
    calls(world)
    await browser.get(again).expect(302)
    expect(calls(world)).toEqual(expected)

    await browser.get('/me').expect(200)
    await browser.get('/verify').expect(204)
    await browser.post('/logout').expect(204)
    expect(calls(world)).toEqual([])
  })

  it('the directory’s word asks two times more, and once for each department that is not known yet', async () => {
    await using world = await createWorld({ DINGTALK_PROFILE: 'directory' })
    // The person and what is above their departments are asked for at the same time.
    const login = async (person: string) => {
      const browser = world.browser()
      const callback = await browser.scan(person)
      calls(world)
      await browser.get(callback).expect(302)
      await browser.get('/me').expect(200)
      await browser.get('/verify').expect(204)
      return calls(world).sort()
    }
    const known = ['department/listparentbyuser', 'getbyunionid', 'getuserinfo_bycode', 'user/get']
    expect(await login('lisi')).toEqual([...known, 'department/get', 'department/get', 'gettoken'].sort())
    expect(await login('lisi')).toEqual(known)
    // Of the same department.
    expect(await login('xingxing')).toEqual(known)
  })
})

describe('a request', () => {
  it.each([
    ['/verify', 8],
    ['/me', 10],
  ])('to %s is compared with so many of Express’s layers alone: %d', async (path, count) => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const matching = vi.spyOn(Layer.prototype, 'match')
    try {
      await browser.get(path)
      expect(matching).toHaveBeenCalledTimes(count)
    } finally {
      matching.mockRestore()
    }
  })

  it('of somebody who comes again parses no profile, and works out no groups', async () => {
    await using world = await createWorld({ DINGTALK_PROFILE: 'directory' })
    await addGroup(world, 'engineers', { roles: [ROLE.engineer] })
    const browser = world.browser()
    await browser.logIn('lisi')
    const [parsing, workingOut] = [vi.spyOn(JSON, 'parse'), vi.spyOn(GroupIndex.prototype, 'namesFor')]
    const parsed = () => parsing.mock.calls.filter(([text]) => text.includes('"orgEmail"')).length
    try {
      await browser.get('/verify').expect(204)
      expect([parsed(), workingOut.mock.calls.length]).toEqual([1, 1])
      const { headers } = await browser.get('/verify').expect(204)
      expect(headers['x-auth-request-groups']).toBe('engineers')
      expect([parsed(), workingOut.mock.calls.length]).toEqual([1, 1])
    } finally {
      parsing.mockRestore()
      workingOut.mockRestore()
    }
  })
})

describe('a response', () => {
  /** Of all responses. */
  const COMMON = [
    'Cache-Control',
    'Connection',
    'Content-Security-Policy',
    'Cross-Origin-Opener-Policy',
    'Cross-Origin-Resource-Policy',
    'Date',
    'Origin-Agent-Cluster',
    'Referrer-Policy',
    'Vary',
    'X-Content-Type-Options',
    'X-DNS-Prefetch-Control',
    'X-Download-Options',
    'X-Frame-Options',
    'X-Permitted-Cross-Domain-Policies',
    'X-Request-Id',
    'X-XSS-Protection',
  ]

  /** As sent, each as often as it was. */
  async function headerNames(world: World, path: string, cookie = ''): Promise<string[]> {
    const headers = { Host: 'login.test', ...(cookie && { Cookie: cookie }) }
    const sent = request(`${world.serverUrl}${path}`, { headers, agent: false }).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    return response.rawHeaders.filter((_, index) => index % 2 === 0).sort()
  }

  const FORWARDED = [
    ...['X-Auth-Request-Email', 'X-Auth-Request-Groups'],
    ...['X-Auth-Request-Preferred-Username', 'X-Auth-Request-User'],
  ]

  it.each([
    ['/ding_url', ['Content-Length', 'Location', 'Set-Cookie']],
    ['/me', ['Content-Length', 'Content-Type']],
    ['/verify', FORWARDED],
    ['/verify?app=wiki', FORWARDED],
  ])('to %s carries these headers and no others', async (path, own) => {
    await using world = await createWorld()
    await addApplication(world, { id: 'wiki', kind: 'proxy', redirectUris: [], secretHash: null })
    const browser = world.browser()
    await browser.logIn()
    expect(await headerNames(world, path, browser.cookieHeader)).toEqual([...COMMON, ...own].sort())
  })

  it('to each step of an application’s login carries these headers and no others', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = world.browser()
    await browser.logIn()
    const { accessToken } = await party.enter(browser)
    const names = ({ headers }: { headers: object }) => Object.keys(headers).sort()
    const common = COMMON.filter((name) => name !== 'Vary').map((name) => name.toLowerCase())

    const body = ['content-length', 'content-type']
    // Of what scripts of an application may ask for.
    const shared = ['access-control-allow-origin', 'access-control-expose-headers', 'vary']

    const asked = await browser.get(party.authorizeUrl()).expect(303)
    expect(names(asked)).toEqual([...common, ...body, 'location'].sort())
    const code = new URL(String(asked.headers.location)).searchParams.get('code')
    expect(names(await party.exchange(code))).toEqual([...common, ...body, ...shared].sort())
    expect(names(await party.userinfo(accessToken))).toEqual([...common, ...body, ...shared].sort())
  })
})

describe('a request and its response', () => {
  /** Of those whose prototype is changed, the class. */
  async function changedDuring(act: () => Promise<unknown>): Promise<string[]> {
    const changed: string[] = []
    const { setPrototypeOf } = Object
    const spy = vi.spyOn(Object, 'setPrototypeOf').mockImplementation((target, prototype) => {
      const isMessage = target instanceof IncomingMessage || target instanceof ServerResponse
      if (isMessage && Object.getPrototypeOf(target) !== prototype) changed.push(target.constructor.name)
      return setPrototypeOf(target, prototype)
    })
    try {
      await act()
    } finally {
      // `Object` is that of the whole worker: the files that it runs next find it as it was.
      spy.mockRestore()
    }
    return changed
  }

  it('keep the prototype that they are made with', async () => {
    await using world = await createWorld()
    expect(await changedDuring(() => world.browser().get('/healthz').expect(200))).toEqual([])
    // The emulator is an Express application as others are.
    const emulator = request(`${world.dingtalk.url}/healthz`, { agent: false })
    const changed = await changedDuring(() => once(emulator.end(), 'response'))
    expect(changed).toEqual(['IncomingMessage', 'ServerResponse'])
  })
})
