import { describe, expect, it } from 'vitest'
import { AppToken } from '../src/adapters/dingtalk/app-token.js'
import { DingTalkClient } from '../src/adapters/dingtalk/client.js'
import { DingTalkDirectory } from '../src/adapters/dingtalk/directory.js'
import { DirectoryCalls } from '../src/adapters/dingtalk/directory-calls.js'
import { type ApiCall, type Emulator, type Fault, startEmulator } from '../src/emulator/emulator.js'
import { createWorld, type World } from './support/world.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const HUNDRED = Array.from({ length: 100 }, (_, index) => index)

function asked(dingtalk: Emulator, call: ApiCall): number {
  return dingtalk.journal().filter((entry) => entry.call === call).length
}

/** The directory with the emulator behind it, and a clock that both follow. */
class Desk implements AsyncDisposable {
  readonly dingtalk: Emulator
  readonly token: AppToken
  readonly directory: DingTalkDirectory
  readonly #client = new DingTalkClient({ timeoutMs: 10_000 })
  #passed = 0

  private constructor(dingtalk: Emulator) {
    const app = { oapiUrl: dingtalk.url, appKey: 'dingemulator', appSecret: 'emulator-secret' }
    this.dingtalk = dingtalk
    this.token = new AppToken({ client: this.#client, ...app, now: () => this.#passed })
    this.directory = new DingTalkDirectory({
      calls: new DirectoryCalls({ client: this.#client, oapiUrl: dingtalk.url, token: this.token }),
    })
  }

  static async open(): Promise<Desk> {
    return new Desk(await startEmulator())
  }

  pass(ms: number): void {
    this.#passed += ms
    this.dingtalk.moveClock(ms)
  }

  standing(personId = 'zhangsan') {
    return this.directory.standingOf(this.dingtalk.person(personId).unionId)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close()
    await this.dingtalk.close()
  }
}

async function logInAll(world: World, logins: number[], atOnce: number): Promise<void> {
  const people = ['zhangsan', 'lisi', 'zhangwei1', 'zhangwei2', 'xingxing']
  for (let begin = 0; begin < logins.length; begin += atOnce) {
    const batch = logins.slice(begin, begin + atOnce)
    await Promise.all(batch.map((n) => world.browser().logIn(people[n % people.length])))
  }
}

describe('many logins', () => {
  it.each([20, 1])('%i of a hundred at a time cost one call for a token', async (atOnce) => {
    await using world = await createWorld()
    await logInAll(world, HUNDRED, atOnce)
    expect(await world.count('Session')).toBe(100)
    expect(asked(world.dingtalk, 'getbyunionid')).toBe(100)
    expect(asked(world.dingtalk, 'gettoken')).toBe(1)
    expect(asked(world.dingtalk, 'accessToken')).toBe(0)
  })

  it('cost two where the token expires on the way', async () => {
    await using world = await createWorld()
    await world.browser().logIn('zhangsan')
    world.dingtalk.expireAppTokens()
    await logInAll(world, HUNDRED.slice(0, 20), 20)
    expect(await world.count('Session')).toBe(21)
    expect(asked(world.dingtalk, 'gettoken')).toBe(2)
  })
})

describe('the token', () => {
  it('is fetched once, however many wait for it', async () => {
    await using desk = await Desk.open()
    const tokens = await Promise.all(HUNDRED.map(() => desk.token.get()))
    expect(new Set(tokens).size).toBe(1)
    expect(asked(desk.dingtalk, 'gettoken')).toBe(1)
  })

  it('is kept until ten minutes before its end, and then fetched anew', async () => {
    await using desk = await Desk.open()
    const first = await desk.token.get()
    desk.pass(2 * HOUR - 10 * MINUTE - 1000)
    expect(await desk.token.get()).toBe(first)
    expect(asked(desk.dingtalk, 'gettoken')).toBe(1)
    desk.pass(1000)
    await desk.token.get()
    expect(asked(desk.dingtalk, 'gettoken')).toBe(2)
  })

  it('that is the rest of an older one is not asked for with every call', async () => {
    await using desk = await Desk.open()
    const first = await desk.token.get()
    desk.pass(2 * HOUR - 9 * MINUTE)
    for (const _ of HUNDRED) expect(await desk.token.get()).toBe(first)
    expect(asked(desk.dingtalk, 'gettoken')).toBe(2)
    desk.pass(9 * MINUTE)
    expect(await desk.token.get()).not.toBe(first)
    expect(await desk.standing()).toMatchObject({ is: 'employee' })
  })

  it('whose life is written as text is kept as long', async () => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('gettoken', { body: { errcode: '0', access_token: 'token', expires_in: '7200' } })
    expect(await desk.token.get()).toBe('token')
    desk.pass(2 * HOUR - 11 * MINUTE)
    expect(await desk.token.get()).toBe('token')
    expect(asked(desk.dingtalk, 'gettoken')).toBe(1)
  })

  it('that could not be fetched fails all who wait, and is fetched again for the next', async () => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('gettoken', { errcode: -1 })
    const outcomes = await Promise.allSettled(HUNDRED.map(() => desk.token.get()))
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']))
    expect(asked(desk.dingtalk, 'gettoken')).toBe(1)
    expect(await desk.standing()).toMatchObject({ is: 'employee' })
    expect(asked(desk.dingtalk, 'gettoken')).toBe(2)
  })

  it('is dropped only if it is the one that was refused', async () => {
    await using desk = await Desk.open()
    const token = await desk.token.get()
    desk.token.drop('an older one')
    expect(await desk.token.get()).toBe(token)
    expect(asked(desk.dingtalk, 'gettoken')).toBe(1)
    desk.token.drop(token)
    await desk.token.get()
    expect(asked(desk.dingtalk, 'gettoken')).toBe(2)
  })
})

const refusals: [string, Fault][] = [
  ['40014', { errcode: 40014 }],
  ['42001', { errcode: 42001 }],
  ['88 with sub_code 40014', { errcode: 88, sub_code: '40014' }],
  ['88 with 40014 in its message', { errcode: 88, subcodeInMessage: '40014' }],
  ['InvalidAuthentication', { status: 400, code: 'InvalidAuthentication' }],
]

describe.each(refusals)('a token that is refused with %s', (_, refusal) => {
  it('is dropped, fetched once more, and the lookup is tried once more', async () => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('getbyunionid', refusal)
    expect(await desk.standing()).toMatchObject({ is: 'employee' })
    expect(desk.dingtalk.journal().map(({ call }) => call)).toEqual([
      'gettoken',
      'getbyunionid',
      'gettoken',
      'getbyunionid',
    ])
    expect(await desk.standing('lisi')).toMatchObject({ is: 'employee' })
    expect(asked(desk.dingtalk, 'gettoken')).toBe(2)
  })

  it('lets nobody in who is not an employee by the second answer', async () => {
    await using desk = await Desk.open()
    for (const [personId, standing] of [
      ['waibu', 'external'],
      ['wangwu', 'unknown'],
    ] as const) {
      desk.dingtalk.failNext('getbyunionid', refusal)
      expect(await desk.standing(personId)).toEqual({ is: standing })
    }
  })

  it('a second time is a misconfiguration, and not tried a third time', async () => {
    await using world = await createWorld()
    world.dingtalk.failNext('getbyunionid', refusal, 5)
    const browser = world.browser()
    const answer = await browser.get(await browser.scan()).expect(502)
    expect(answer.body.error).toBe('dingtalk_misconfigured')
    expect(asked(world.dingtalk, 'getbyunionid')).toBe(2)
    expect(asked(world.dingtalk, 'gettoken')).toBe(2)
    expect(browser.cookie('sid')).toBeUndefined()
    expect(await world.count('User')).toBe(0)
  })
})

describe('a token that expired early', () => {
  it('is replaced once for all who were refused at the same time', async () => {
    await using desk = await Desk.open()
    await desk.standing()
    desk.dingtalk.expireAppTokens()
    const standings = await Promise.all(HUNDRED.slice(0, 20).map(() => desk.standing()))
    expect(new Set(standings.map(({ is }) => is))).toEqual(new Set(['employee']))
    expect(asked(desk.dingtalk, 'gettoken')).toBe(2)
  })
})

describe('another failure of the lookup', () => {
  it.each<Fault>([{ errcode: -1 }, { errcode: 60011 }, { errcode: 60020 }, 'html', 'reset'])(
    'is not tried again, and the token is kept: %j',
    async (fault) => {
      await using desk = await Desk.open()
      desk.dingtalk.failNext('getbyunionid', fault)
      await expect(desk.standing()).rejects.toMatchObject({ name: 'DingTalkError' })
      expect(asked(desk.dingtalk, 'getbyunionid')).toBe(1)
      expect(await desk.standing()).toMatchObject({ is: 'employee' })
      expect(asked(desk.dingtalk, 'gettoken')).toBe(1)
    },
  )
})
