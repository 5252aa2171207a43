import { EventEmitter, once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { DingTalkClient } from '../src/adapters/dingtalk/client.js'
import { ConcurrencyLimit } from '../src/concurrency-limit.js'
import type { ApiCall, Fault } from '../src/emulator/emulator.js'
import { DingTalkError, type ErrorCode } from '../src/errors.js'
import { SECOND } from '../src/time.js'
import { asked, exchanges } from './support/journal.js'
import { createWorld, type World } from './support/world.js'

/** Lets time pass for the server and for DingTalk. */
function pass(world: World, ms: number): void {
  world.pass(ms)
  world.dingtalk.moveClock(ms)
}

/** One login; gives what its callback was answered. */
async function outcome(world: World): Promise<ErrorCode | 'in'> {
  const browser = world.browser()
  const answer = await browser.get(await browser.scan())
  return answer.status === 302 ? 'in' : answer.body.error
}

async function failInARow(world: World, fault: Fault, times: number, call: ApiCall = 'getuserinfo_bycode') {
  world.dingtalk.failNext(call, fault, times)
  for (let n = 0; n < times; n++) await outcome(world)
}

const about = (world: World) =>
  world.log.filter(({ msg }) => /DingTalk is (away|back)/.test(String(msg))).map(({ msg, call }) => `${call}: ${msg}`)

describe('DingTalk, while it is away,', () => {
  it.each<Fault>(['ban', 'html', 'reset', { errcode: -1 }])(
    'is not asked again for a few seconds after %j, which the log says once',
    async (fault) => {
      await using world = await createWorld()
      await failInARow(world, fault, 10)
      expect(exchanges(world)).toBe(10)

      for (let n = 0; n < 3; n++) {
        const browser = world.browser()
        const answer = await browser.get(await browser.scan()).expect(503)
        expect(answer.body.error).toBe('dingtalk_unavailable')
        expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
        const line = world.log.findLast(({ event }) => event === 'login_refused')
        expect(line).toMatchObject({ call: 'getuserinfo_bycode', upstreamCode: 'not asked: away' })
      }
      expect(exchanges(world)).toBe(10)
      expect(about(world)).toEqual(['getuserinfo_bycode: DingTalk is away: not asked for a while'])
    },
  )

  it('is not asked again where no response came either', async () => {
    await using world = await createWorld({ DINGTALK_TIMEOUT: '1s' })
    world.dingtalk.failNext('getuserinfo_bycode', 'hang', 10)
    await Promise.all(Array.from({ length: 10 }, () => outcome(world)))
    expect(await outcome(world)).toBe('dingtalk_unavailable')
    expect(exchanges(world)).toBe(10)
  })

  it('is asked by one login after the pause, which gets in when DingTalk is back, and all others after it', async () => {
    await using world = await createWorld()
    await failInARow(world, 'ban', 10)
    pass(world, 4 * SECOND)
    expect(await outcome(world)).toBe('dingtalk_unavailable')
    expect(exchanges(world)).toBe(10)

    pass(world, SECOND)
    const callbacks = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const browser = world.browser()
        return { browser, callback: await browser.scan() }
      }),
    )
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 300 })
    const answers = await Promise.all(callbacks.map(({ browser, callback }) => browser.get(callback)))
    expect(answers.map(({ status }) => status).sort()).toEqual([302, 503, 503, 503, 503])
    expect(exchanges(world)).toBe(11)

    expect(await Promise.all(callbacks.map(() => outcome(world)))).toEqual(callbacks.map(() => 'in'))
    expect(about(world)).toEqual([
      'getuserinfo_bycode: DingTalk is away: not asked for a while',
      'getuserinfo_bycode: DingTalk is back',
    ])
  })

  it.each<[string, ApiCall, Fault]>([
    ['qrconnect', 'getuserinfo_bycode', { errcode: 90018 }],
    ['qrconnect', 'getuserinfo_bycode', { errcode: 88, sub_code: '90002' }],
    ['oauth2', 'userAccessToken', { status: 403, code: 'Forbidden.AccessDenied.QpsLimitForApi' }],
  ])('is left alone for no more than a second where it is only throttled (%s: %s, %j)', async (flow, call, fault) => {
    await using world = await createWorld({ DINGTALK_FLOW: flow })
    await failInARow(world, fault, 10, call)
    pass(world, SECOND)
    expect(await outcome(world)).toBe('in')
    expect(asked(world, call)).toBe(11)
    expect(about(world)).toHaveLength(2)
  })

  it('is left alone as long again when it is still away after the pause', async () => {
    await using world = await createWorld()
    await failInARow(world, 'ban', 10)
    pass(world, 5 * SECOND)
    await failInARow(world, 'ban', 1)
    expect(await outcome(world)).toBe('dingtalk_unavailable')
    expect(exchanges(world)).toBe(11)
    pass(world, 5 * SECOND)
    expect(await outcome(world)).toBe('in')
    expect(about(world)).toHaveLength(2)
  })

  it('is asked again when the clock is put back meanwhile', async () => {
    await using world = await createWorld()
    await failInARow(world, 'ban', 10)
    pass(world, -3600 * SECOND)
    expect(await outcome(world)).toBe('in')
  })

  it('is not asked for the directory alone, although the exchange works', async () => {
    await using world = await createWorld()
    await failInARow(world, { errcode: -1 }, 10, 'getbyunionid')
    expect(await outcome(world)).toBe('dingtalk_unavailable')
    expect(asked(world, 'getbyunionid')).toBe(10)
    expect(exchanges(world)).toBe(11)
  })
})

describe('DingTalk, while it is there,', () => {
  it('is asked on when one call in ten fails', async () => {
    await using world = await createWorld()
    for (let round = 0; round < 12; round++) {
      await failInARow(world, 'reset', 1)
      for (let n = 0; n < 9; n++) expect(await outcome(world)).toBe('in')
    }
    expect(exchanges(world)).toBe(120)
    expect(about(world)).toEqual([])
  })

  it.each<Fault>([{ errcode: 40078 }, { errcode: 60020 }, 'truncated', { body: { errcode: 60121 } }])(
    'is asked on however often it answers %j',
    async (fault) => {
      await using world = await createWorld()
      await failInARow(world, fault, 15)
      expect(await outcome(world)).toBe('in')
      expect(exchanges(world)).toBe(16)
    },
  )

  it('shows it by any response: a code that it does not know ends a row of failures', async () => {
    await using world = await createWorld()
    await failInARow(world, 'ban', 9)
    await failInARow(world, { errcode: 40078 }, 1)
    await failInARow(world, 'ban', 9)
    expect(await outcome(world)).toBe('in')
  })
})

/** A bare DingTalk that answers nobody until it is told to, with the real client in front of it. */
class Holding implements AsyncDisposable {
  readonly #server = createServer((req, res) => void req.resume().on('end', () => this.#hold(res)))
  readonly #events = new EventEmitter()
  readonly held: ServerResponse[] = []
  readonly client: DingTalkClient
  requests = 0

  private constructor(timeoutMs: number) {
    this.client = new DingTalkClient({ timeoutMs })
  }

  static async start({ timeoutMs = 20_000 } = {}): Promise<Holding> {
    const holding = new Holding(timeoutMs)
    holding.#server.listen(0, '127.0.0.1')
    await once(holding.#server, 'listening')
    return holding
  }

  /** Gives how the call went. */
  ask(call: string): Promise<string> {
    const url = new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`)
    return this.client.oapi({ call, method: 'GET', url, response: z.object({}) }).then(
      () => 'answered',
      (error: unknown) => (error instanceof DingTalkError ? error.failure.upstreamCode : 'a bug'),
    )
  }

  async holds(count: number): Promise<void> {
    while (this.held.length < count) await once(this.#events, 'held')
  }

  answer(count: number, errcode: number): void {
    for (const res of this.held.splice(0, count)) res.end(JSON.stringify({ errcode }))
  }

  #hold(res: ServerResponse): void {
    this.requests++
    this.held.push(res)
    this.#events.emit('held')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

const times = (count: number) => Array.from({ length: count })

describe('calls to a DingTalk that hangs', () => {
  it('are limited: some wait for a place, all others are refused at once', async () => {
    await using dingtalk = await Holding.start()
    const calls = times(1168).map(() => dingtalk.ask('one'))
    expect(await Promise.all(calls.slice(1088))).toEqual(times(80).fill('not asked: too many calls under way'))
    const all = Promise.all(calls.slice(0, 1088))
    await dingtalk.holds(64)
    expect(dingtalk.requests).toBe(64)
    for (let batch = 0; batch < 17; batch++) {
      await dingtalk.holds(64)
      dingtalk.answer(64, 0)
    }
    expect(await all).toEqual(times(1088).fill('answered'))
    expect(dingtalk.requests).toBe(1088)
  })

  it('are not sent from their wait for a place when DingTalk turns out to be away', async () => {
    await using dingtalk = await Holding.start()
    const calls = times(100).map(() => dingtalk.ask('one'))
    await dingtalk.holds(64)
    dingtalk.answer(10, -1)
    // Nine places were free before the tenth failure.
    await dingtalk.holds(54 + 9)
    dingtalk.answer(54 + 9, 0)
    expect((await Promise.all(calls)).filter((one) => one === 'not asked: away')).toHaveLength(100 - 64 - 9)
    expect(dingtalk.requests).toBe(64 + 9)
  })

  it('are refused at once when DingTalk is away, although no place is free', async () => {
    await using dingtalk = await Holding.start()
    const failing = times(10).map(() => dingtalk.ask('one'))
    await dingtalk.holds(10)
    dingtalk.answer(10, -1)
    await Promise.all(failing)
    const others = times(64).map(() => dingtalk.ask('another'))
    await dingtalk.holds(64)
    expect(await dingtalk.ask('one')).toBe('not asked: away')
    dingtalk.answer(64, 0)
    await Promise.all(others)
  })

  it('leave the whole deadline to a call that had to wait for its place', async () => {
    // A machine that is busy must not pass for a DingTalk that is slow.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    await using dingtalk = await Holding.start({ timeoutMs: 1000 })
    const hanging = times(64).map(() => dingtalk.ask('one'))
    await dingtalk.holds(64)
    const other = dingtalk.ask('another')
    vi.advanceTimersByTime(600)
    dingtalk.answer(1, 0)
    await dingtalk.holds(64)
    // Longer than what was left of the time when it was asked, shorter than the deadline.
    vi.advanceTimersByTime(600)
    dingtalk.held.pop()?.end('{"errcode":0}')
    expect(await other).toBe('answered')
    expect((await Promise.all(hanging)).slice(1)).toEqual(times(63).fill('no answer within 1000 ms'))
  })

  it('do not end the pause by a late response: what began before says nothing of now', async () => {
    await using dingtalk = await Holding.start()
    const calls = times(12).map(() => dingtalk.ask('one'))
    await dingtalk.holds(12)
    dingtalk.answer(10, -1)
    await Promise.all(calls.slice(0, 10))
    dingtalk.answer(1, 0)
    await Promise.all(calls.slice(10, 11))
    expect(await dingtalk.ask('one')).toBe('not asked: away')
    dingtalk.answer(1, 0)
  })

  it('do not hinder the morning of an office: a hundred logins at a time all get in', async () => {
    await using world = await createWorld()
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 80 }, 100)
    world.dingtalk.failNext('getbyunionid', { delayMs: 80 }, 100)
    const results = await Promise.all(Array.from({ length: 100 }, () => outcome(world)))
    expect(results.filter((one) => one === 'in')).toHaveLength(100)
  })
})

describe('the limit of what runs at a time', () => {
  it('hands places on in the order of those who wait, and forgets who gave up', async () => {
    const limit = new ConcurrencyLimit({ maxRunning: 1, maxWaiting: 2 })
    expect(await limit.enter()).toBe(true)
    const impatient = limit.enter(1)
    const second = limit.enter()
    expect(await limit.enter()).toBe(false)
    expect(await impatient).toBe(false)
    const third = limit.enter()
    limit.leave()
    expect(await second).toBe(true)
    limit.leave()
    expect(await third).toBe(true)
    limit.leave()
    expect(await limit.enter()).toBe(true)
    expect(await limit.enter(1)).toBe(false)
  })
})
