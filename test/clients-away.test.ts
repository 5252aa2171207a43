import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Browser } from './support/browser.js'
import { exchanges } from './support/journal.js'
import { createWorld, PUBLIC_URL, type World } from './support/world.js'

const HOST = new URL(PUBLIC_URL).host

/** The server's ends of connections, by the port of the client's end. */
const accepted = new Map<number, Socket>()
const onAccept = (message: unknown) => {
  const { socket } = message as { socket: Socket }
  if (socket.remotePort !== undefined) accepted.set(socket.remotePort, socket)
}
const dialled = new Set<number>()
beforeAll(() => subscribe('net.server.socket', onAccept))
beforeEach(() => {
  accepted.clear()
  dialled.clear()
})
afterAll(() => void unsubscribe('net.server.socket', onAccept))

/** A connection that a test can break. */
async function dial(world: World): Promise<Socket> {
  const socket = connect(Number(new URL(world.serverUrl).port), '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  if (socket.localPort !== undefined) dialled.add(socket.localPort)
  return socket
}

const openConnections = () => [...dialled].filter((port) => accepted.get(port)?.destroyed === false).length

function requestFor(address: string, browser?: Browser): string {
  const path = address.replace(PUBLIC_URL, '')
  return `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nCookie: ${browser?.cookieHeader ?? ''}\r\n\r\n`
}

const sessions = (world: World) => world.count('Session')
const faultLines = (world: World) => world.log.filter(({ level }) => Number(level) >= 40)

async function expectNoConnections(): Promise<void> {
  expect([...dialled].filter((port) => accepted.has(port)).length).toBeGreaterThan(0)
  await vi.waitFor(() => expect(openConnections()).toBe(0), 5000)
}

describe('a browser that goes away', () => {
  it('is signed in when it comes again, although it left while DingTalk was asked', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 200 })
    const asked = world.dingtalk.nextCall('getuserinfo_bycode')
    const socket = await dial(world)
    socket.write(requestFor(callback, browser))
    await asked
    socket.destroy()
    await vi.waitFor(async () => expect(await sessions(world)).toBe(1), 5000)

    const landed = await browser.get(callback).expect(302)
    expect(landed.headers.location).toMatch(/username=/)
    await browser.get('/me').expect(200)
    expect({ sessions: await sessions(world), exchanges: exchanges(world) }).toEqual({ sessions: 1, exchanges: 1 })
    expect(faultLines(world)).toEqual([])
    await expectNoConnections()
  })

  it('shares the outcome when it comes again while DingTalk is still asked', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 300 })
    const asked = world.dingtalk.nextCall('getuserinfo_bycode')
    const socket = await dial(world)
    socket.write(requestFor(callback, browser))
    await asked
    socket.destroy()
    await browser.get(callback).expect(302)
    await browser.get('/me').expect(200)
    expect({ sessions: await sessions(world), exchanges: exchanges(world) }).toEqual({ sessions: 1, exchanges: 1 })
  })

  it('hears of a failure when it comes again, and the code is not sent twice', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan('wangwu')
    const refused = () => world.log.filter(({ event }) => event === 'login_refused').length
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 200 })
    const asked = world.dingtalk.nextCall('getuserinfo_bycode')
    const socket = await dial(world)
    socket.write(requestFor(callback, browser))
    await asked
    socket.destroy()
    await vi.waitFor(() => expect(refused()).toBe(1), 5000)
    const answer = await browser.get(callback).expect(403)
    expect(answer.body.error).toBe('not_a_member')
    expect({ sessions: await sessions(world), exchanges: exchanges(world) }).toEqual({ sessions: 0, exchanges: 1 })
  })

  it('leaves no fault in the log and no connection, at whatever moment of a thousand', async () => {
    await using world = await createWorld({ RATE_LIMIT_PER_MINUTE: '1000000' })
    const browser = world.browser()
    const callback = await browser.scan()
    const requests = [
      requestFor('/login'),
      requestFor('/ding_url'),
      requestFor('/me', browser),
      requestFor(callback, browser),
      requestFor('/verify').slice(0, 20),
      'POST /logout HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf',
      '',
    ]
    for (let batch = 0; batch < 20; batch++) {
      const gone = Array.from({ length: 50 }, async (_, n) => {
        const socket = await dial(world)
        socket.write(requests[n % requests.length] ?? '')
        if (n % 3 === 1) await new Promise(setImmediate)
        if (n % 3 === 2 && n % requests.length < 3) await once(socket, 'data')
        if (n % 2) socket.resetAndDestroy()
        else socket.destroy()
      })
      await Promise.all(gone)
    }
    await expectNoConnections()
    expect(faultLines(world)).toEqual([])
    // One login of all of them, whether or not one of the answers had been sent before its browser was gone.
    expect({ sessions: await sessions(world), exchanges: exchanges(world) }).toEqual({ sessions: 1, exchanges: 1 })
    await world.browser().logIn()
  })

  it('ends its responses although it has read no byte of them', async () => {
    await using world = await createWorld()
    const socket = await dial(world)
    socket.pause()
    socket.write(requestFor('/login').repeat(2000))
    await world.browser().get('/healthz').expect(200)
    expect(openConnections()).toBe(1)
    socket.destroy()
    await expectNoConnections()
    expect(faultLines(world)).toEqual([])
  })
})
