import { once } from 'node:events'
import { IncomingMessage, request, ServerResponse } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { createWorld, type World } from './support/world.js'

/** What a login may cost others, and a browser: exact, so that no noise can hide a change. */
describe('DingTalk is asked', () => {
  const calls = (world: World) => {
    const names = world.dingtalk.journal().map(({ call }) => call)
    world.dingtalk.clearJournal()
    return names
  }

  it.each([
    ['qrconnect', ['getuserinfo_bycode', 'getbyunionid']],
    ['oauth2', ['userAccessToken', 'users/me', 'getbyunionid']],
  ])('no more often than this by a login with %s, and not at all by what comes after', async (flow, expected) => {
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
})

describe('the headers of an answer', () => {
  /** As sent, without those whose length differs from one to the next. */
  async function headerBytes(world: World, path: string, cookie = ''): Promise<number> {
    const headers = { Host: 'login.test', ...(cookie && { Cookie: cookie }) }
    const sent = request(`${world.serverUrl}${path}`, { headers, agent: false }).end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.resume()
    let bytes = 0
    for (let index = 0; index < answer.rawHeaders.length; index += 2) {
      const [name = '', value = ''] = answer.rawHeaders.slice(index, index + 2)
      if (!['Location', 'Set-Cookie'].includes(name)) bytes += `${name}: ${value}\r\n`.length
    }
    return bytes
  }

  it('take so many bytes', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const { cookieHeader } = browser
    expect({
      '/ding_url': await headerBytes(world, '/ding_url'),
      '/me': await headerBytes(world, '/me', cookieHeader),
      '/verify': await headerBytes(world, '/verify', cookieHeader),
    }).toEqual({ '/ding_url': 652, '/me': 701, '/verify': 747 })
  })
})

describe('a request and its answer', () => {
  /** Of those whose prototype is changed, the class. */
  async function changedDuring(act: () => Promise<unknown>): Promise<string[]> {
    const changed: string[] = []
    const { setPrototypeOf } = Object
    const spy = vi.spyOn(Object, 'setPrototypeOf').mockImplementation((target, prototype) => {
      const isMessage = target instanceof IncomingMessage || target instanceof ServerResponse
      if (isMessage && Object.getPrototypeOf(target) !== prototype) changed.push(target.constructor.name)
      return setPrototypeOf(target, prototype)
    })
    await act()
    spy.mockRestore()
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
