import { describe, expect, it } from 'vitest'
import { AppToken } from '../src/adapters/dingtalk/app-token.js'
import { DingTalkClient } from '../src/adapters/dingtalk/client.js'
import { DingTalkDirectory } from '../src/adapters/dingtalk/directory.js'
import { DirectoryCalls } from '../src/adapters/dingtalk/directory-calls.js'
import {
  APP,
  type ApiCall,
  DEPARTMENT,
  type Emulator,
  makePerson,
  ROLE,
  startEmulator,
} from '../src/emulator/emulator.js'
import type { DirectoryProfile } from '../src/services/directory.js'
import { MINUTE } from '../src/time.js'
import { asked } from './support/journal.js'

/** The directory of an emulator, with a clock that tests move. */
class Desk implements AsyncDisposable {
  readonly dingtalk: Emulator
  readonly directory: DingTalkDirectory
  readonly #client: DingTalkClient
  #passed = 0

  private constructor(dingtalk: Emulator, timeoutMs: number) {
    const now = () => Date.now() + this.#passed
    this.dingtalk = dingtalk
    this.#client = new DingTalkClient({ timeoutMs, now })
    const options = { client: this.#client, oapiUrl: dingtalk.url }
    const token = new AppToken({ ...options, appKey: APP.id, appSecret: APP.secret, now })
    this.directory = new DingTalkDirectory({ calls: new DirectoryCalls({ ...options, token }), now })
  }

  static async open({ timeoutMs = 5000 } = {}): Promise<Desk> {
    return new Desk(await startEmulator(), timeoutMs)
  }

  pass(ms: number): void {
    this.#passed += ms
  }

  profileOf(person: string): Promise<DirectoryProfile> {
    return this.directory.profileOf(this.dingtalk.person(person).userId)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close()
    await this.dingtalk.close()
  }
}

const ofZhangsan: DirectoryProfile = {
  name: '张三',
  orgEmail: 'zhangsan@corp.example',
  title: '研发经理',
  jobNumber: '0001',
  departments: [{ id: DEPARTMENT.research, name: '研发部', above: [1] }],
  roles: [
    { id: ROLE.lead, name: '主管' },
    { id: ROLE.engineer, name: '工程师' },
  ],
}

/** What the person’s details say, in place of the emulator's answer. */
const ZHANGSAN = makePerson({ id: 'zhangsan', nick: '张三' }).userId
/** What the directory says of somebody: of zhangsan, unless it names another. */
const person = (result: object) => details({ userid: ZHANGSAN, ...result })
const details = (result: unknown) => ({ body: { errcode: 0, errmsg: 'ok', result } })
const parents = (...lists: unknown[]) => details({ parent_list: lists.map((ids) => ({ parent_dept_id_list: ids })) })

describe('the profile of a person', () => {
  it('is what the directory says of them, by three calls', async () => {
    await using desk = await Desk.open()
    expect(await desk.profileOf('zhangsan')).toEqual(ofZhangsan)
    const calls = desk.dingtalk.journal().map(({ call, outcome }) => `${call} ${outcome}`)
    expect(calls.sort()).toEqual(['department/get ok', 'department/listparentbyuser ok', 'gettoken ok', 'user/get ok'])
  })

  it('is the same where numbers come as text', async () => {
    await using desk = await Desk.open()
    for (const call of ['user/get', 'department/listparentbyuser', 'department/get'] as const)
      desk.dingtalk.failNext(call, 'string-numbers')
    expect(await desk.profileOf('zhangsan')).toEqual(ofZhangsan)
  })

  it('is asked for once more where the access token is no longer good', async () => {
    await using desk = await Desk.open()
    await desk.profileOf('zhangsan')
    desk.dingtalk.expireAppTokens()
    expect(await desk.profileOf('zhangsan')).toEqual(ofZhangsan)
  })

  it('may lack everything but the name', async () => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('user/get', person({ name: '张三' }))
    desk.dingtalk.failNext('department/listparentbyuser', parents())
    expect(await desk.profileOf('zhangsan')).toEqual({
      ...{ name: '张三', orgEmail: null, title: null, jobNumber: null },
      ...{ departments: [], roles: [] },
    })
  })

  it('has texts without what could spoil a page or a line, and no long ones', async () => {
    await using desk = await Desk.open()
    const hostile = ` a\u0000\u202e\nb\ud800 ${'x'.repeat(5000)}`
    const role_list = [{ id: 1, name: hostile, group_name: 'x' }]
    desk.dingtalk.failNext('user/get', person({ name: hostile, title: hostile, job_number: hostile, role_list }))
    const { name, title, jobNumber, roles } = await desk.profileOf('zhangsan')
    for (const text of [name, title, jobNumber, roles[0]?.name]) {
      expect(text).toMatch(/^ab x+$/)
      expect(text?.length).toBeLessThanOrEqual(128)
    }
  })
})

describe('a work e-mail', () => {
  it.each([
    ['Zhang.San+x@Corp.Example', 'zhang.san+x@corp.example'],
    ['zhangsan@corp', null],
    ['@corp.example', null],
    ['zhangsan', null],
    ['zhang san@corp.example', null],
    ['zhangsan@corp.example\n', null],
    ['zhang\u200bsan@corp.example', null],
    ['Ｚhangsan@corp.example', null],
    // The sign of Kelvin, which is a k once it is small.
    ['\u212ae@corp.example', null],
    ['张三@corp.example', null],
    ['"zhang san"@corp.example', null],
    ['a,b@corp.example', null],
    ['a@b@corp.example', null],
    ['.a@corp.example', null],
    ['a..b@corp.example', null],
    [`${'a'.repeat(65)}@corp.example`, null],
    // Cut off after 128 characters it would be another's.
    [`a@${`${'b'.repeat(40)}.`.repeat(3)}corp.example`, `a@${`${'b'.repeat(40)}.`.repeat(3)}corp.example`],
    [`a@${'b.'.repeat(200)}example`, null],
    [7, null],
    [['a@corp.example'], null],
  ])('is taken for one where it is plain: %j', async (org_email, expected) => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('user/get', person({ name: 'x', org_email, email: 'private@example.com' }))
    expect((await desk.profileOf('zhangsan')).orgEmail).toBe(expected)
  })
})

describe('what the application has no permission for', () => {
  it('is absent: the departments above, and the names of departments', async () => {
    await using desk = await Desk.open()
    desk.dingtalk.permissions.switch('qyapi_get_department_list', false)
    expect(await desk.profileOf('lisi')).toMatchObject({
      name: '李思远',
      departments: [
        { id: DEPARTMENT.interfaces, name: null, above: [] },
        { id: DEPARTMENT.market, name: null, above: [] },
      ],
      roles: [{ id: ROLE.engineer, name: '工程师' }],
    })
  })

  it('is absent: the e-mail', async () => {
    await using desk = await Desk.open()
    desk.dingtalk.permissions.switch('fieldEmail', false)
    expect(await desk.profileOf('zhangsan')).toEqual({ ...ofZhangsan, orgEmail: null })
  })

  it('is a failure where it is the person themselves', async () => {
    await using desk = await Desk.open()
    desk.dingtalk.permissions.switch('qyapi_get_member', false)
    await expect(desk.profileOf('zhangsan')).rejects.toMatchObject({ code: 'dingtalk_misconfigured' })
  })

  it('is no excuse for a token that is not to be had', async () => {
    await using desk = await Desk.open()
    await desk.profileOf('zhangsan')
    // One of the two calls is refused for its token, and there is no other.
    desk.dingtalk.failNext('department/listparentbyuser', { errcode: 40014 })
    desk.dingtalk.failNext('gettoken', { errcode: 60011 })
    await expect(desk.profileOf('zhangsan')).rejects.toMatchObject({ failure: { call: 'gettoken' } })
  })
})

describe('a reading', () => {
  const faults = [
    [{ errcode: 90018 }, 'dingtalk_unavailable'],
    [{ errcode: 60020 }, 'dingtalk_misconfigured'],
    [{ errcode: 60121 }, 'not_a_member'],
    ['reset', 'dingtalk_unavailable'],
    ['html', 'dingtalk_unavailable'],
    ['truncated', 'dingtalk_unreadable'],
    ['too-large', 'dingtalk_unreadable'],
    [{ body: { errcode: 0 } }, 'dingtalk_unreadable'],
    [{ body: null }, 'dingtalk_unreadable'],
  ] as const
  const calls: ApiCall[] = ['user/get', 'department/listparentbyuser']
  const cases = calls.flatMap((call) => faults.map(([fault, code]) => [call, fault, code] as const))
  it.each(cases)('fails as a whole with %s: %j', async (call, fault, code) => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext(call, fault)
    await expect(desk.profileOf('zhangsan')).rejects.toMatchObject({ code, failure: { call } })
  })

  it.each(calls)('fails where %s gets no response', async (call) => {
    await using desk = await Desk.open({ timeoutMs: 300 })
    // Its libraries are loaded within the time of the first call.
    await desk.directory.standingOf('nobody').catch(() => {})
    desk.dingtalk.failNext(call, 'hang')
    await expect(desk.profileOf('zhangsan')).rejects.toMatchObject({ code: 'dingtalk_timeout' })
  })

  const ids = (many: number) => Array.from({ length: many }, (_, n) => n + 1)
  it.each([
    ['a department that is no number', { dept_id_list: ['x'] }],
    ['a department of half a number', { dept_id_list: [1.5] }],
    ['a department below 1', { dept_id_list: [-1] }],
    ['a department beyond all numbers', { dept_id_list: ['99999999999999999999'] }],
    ['departments that are no list', { dept_id_list: { 1: 1 } }],
    ['ten thousand departments', { dept_id_list: ids(10_000) }],
    ['a role without an id', { role_list: [{ name: 'x' }] }],
    ['ten thousand roles', { role_list: ids(10_000).map((id) => ({ id, name: 'x' })) }],
  ])('understands nothing of %s', async (_, result) => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('user/get', person({ name: 'x', ...result }))
    await expect(desk.profileOf('zhangsan')).rejects.toMatchObject({ code: 'dingtalk_unreadable' })
  })

  it.each([
    ['no list', details({ parent_list: 'x' })],
    ['an empty way', parents([])],
    ['a way of texts', parents(['a', 'b'])],
    ['an endless way', parents(ids(10_000))],
    ['ten thousand ways', parents(...ids(10_000).map((id) => [id, 1]))],
  ])('understands nothing of ways up that are %s', async (_, answer) => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('department/listparentbyuser', answer)
    await expect(desk.profileOf('zhangsan')).rejects.toMatchObject({ code: 'dingtalk_unreadable' })
  })

  it.each([
    ['circles', parents([DEPARTMENT.research, 7, 8, 7, DEPARTMENT.research, 1]), [7, 8, 1]],
    ['no root', parents([DEPARTMENT.research, 7]), [7]],
    ['nothing above', parents([DEPARTMENT.research]), []],
    ['another department’s way alone', parents([7, 1]), []],
  ])('takes what a way up says, where it has %s', async (_, answer, above) => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('department/listparentbyuser', answer)
    expect((await desk.profileOf('zhangsan')).departments).toEqual([{ id: DEPARTMENT.research, name: '研发部', above }])
  })

  it('is no word about somebody else, and none about nobody', async () => {
    await using desk = await Desk.open()
    for (const userid of ['other', ZHANGSAN.slice(1), undefined, null, '']) {
      desk.dingtalk.failNext('user/get', details({ userid, name: 'x', org_email: 'boss@corp.example' }))
      await expect(desk.profileOf('zhangsan')).rejects.toMatchObject({ code: 'dingtalk_unreadable' })
    }
  })

  it('asks for few names of somebody in very many departments', async () => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('user/get', person({ name: 'x', dept_id_list: ids(1000) }))
    expect((await desk.profileOf('zhangsan')).departments).toHaveLength(1000)
    expect(asked(desk, 'department/get')).toBe(20)
  })
})

describe('the name of a department', () => {
  const nameOf = async (desk: Desk) => (await desk.profileOf('zhangsan')).departments[0]?.name

  it('is asked for once by fifty people at once, and kept for ten minutes', async () => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('department/get', { delayMs: 200 })
    const profiles = await Promise.all(Array.from({ length: 50 }, () => desk.profileOf('zhangsan')))
    expect(profiles).toEqual(profiles.map(() => ofZhangsan))
    desk.dingtalk.departments.change(DEPARTMENT.research, { name: '研究院' })
    desk.pass(9 * MINUTE)
    expect(await nameOf(desk)).toBe('研发部')
    expect(asked(desk, 'department/get')).toBe(1)
    desk.pass(MINUTE)
    expect(await nameOf(desk)).toBe('研究院')
    expect(asked(desk, 'department/get')).toBe(2)
  })

  it('is asked for again once it is forgotten, also while it is being asked for', async () => {
    await using desk = await Desk.open()
    const { research } = DEPARTMENT
    const before = { body: { errcode: 0, result: { dept_id: research, name: 'before' } } }
    desk.dingtalk.failNext('department/get', before)
    const called = desk.dingtalk.nextCall('department/get')
    const reading = nameOf(desk)
    await called
    desk.directory.forgetDepartments([research, 7])
    expect(await reading).toBe('before')
    expect(await nameOf(desk)).toBe('研发部')
    desk.dingtalk.departments.change(research, { name: '研究院' })
    desk.directory.forgetDepartments([research])
    expect(await nameOf(desk)).toBe('研究院')
    expect(asked(desk, 'department/get')).toBe(3)
  })

  it('is none for a department that has been removed', async () => {
    await using desk = await Desk.open()
    desk.dingtalk.failNext('department/get', { errcode: 60003 })
    expect(await nameOf(desk)).toBeNull()
  })

  it.each([[{ errcode: 90018 }], ['truncated'], ['reset']] as const)(
    'is the one of before, or none, where DingTalk does not say: %j',
    async (fault) => {
      await using desk = await Desk.open()
      desk.dingtalk.failNext('department/get', fault)
      expect(await nameOf(desk)).toBeNull()
      desk.pass(6000)
      expect(await nameOf(desk)).toBe('研发部')
      desk.pass(10 * MINUTE)
      desk.dingtalk.failNext('department/get', fault)
      expect(await nameOf(desk)).toBe('研发部')
    },
  )
})
