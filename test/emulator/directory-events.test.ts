import { describe, expect, it } from 'vitest'
import { DEPARTMENT, type Emulator, makePerson, ROLE, startEmulator } from '../../src/emulator/emulator.js'
import { MINUTE } from '../../src/time.js'
import { appToken, ask, control } from '../support/emulator-client.js'

const NOW = Date.parse('2026-03-01T08:00:00.500Z')
const frozen = () => startEmulator({ now: () => NOW })

function happened(emulator: Emulator): [type: string, data: unknown][] {
  return emulator.stream.events().map(({ eventType, data }) => [eventType, data])
}

async function leaveRecords(emulator: Emulator, query: Record<string, string>) {
  const headers = { 'x-acs-dingtalk-access-token': await appToken(emulator) }
  const parameters = new URLSearchParams({ startTime: '2026-03-01T08:00:00Z', maxResults: '50', ...query })
  return ask(`${emulator.url}/v1.0/contact/empLeaveRecords?${parameters}`, { headers })
}

describe('an event of people', () => {
  it('is made when somebody leaves, with the userid alone', async () => {
    await using emulator = await frozen()
    await control(emulator, 'PATCH', 'people/zhangsan', { membership: 'left' })
    const { userId, unionId } = emulator.person('zhangsan')
    expect(happened(emulator)).toEqual([
      ['user_leave_org', { timeStamp: NOW, optStaffId: expect.any(String), userId: [userId] }],
    ])
    expect(JSON.stringify(emulator.stream.events())).not.toContain(unionId)
  })

  it('is made when somebody joins', async () => {
    await using emulator = await frozen()
    const person = makePerson({ id: 'zhaoliu', nick: '赵六' })
    await control(emulator, 'POST', 'people', person)
    await control(emulator, 'PATCH', 'people/libie', { membership: 'employee' })
    const userIds = [person.userId, emulator.person('libie').userId]
    expect(happened(emulator)).toMatchObject(
      userIds.flatMap((userId) => [
        ['user_add_org', { userId: [userId] }],
        ['user_active_org', { userId: [userId] }],
      ]),
    )
  })

  it('is made when the directory says something else of them', async () => {
    await using emulator = await frozen()
    const { userId } = emulator.person('zhangsan')
    await control(emulator, 'PATCH', 'people/zhangsan', { title: '总监', orgEmail: null })
    const [event] = happened(emulator)
    const prev = { title: '研发经理', orgEmail: 'zhangsan@corp.example' }
    expect(event).toMatchObject([
      'user_modify_org',
      { userId: [userId], diffInfo: { userid: userId, prev, curr: { title: '总监' } } },
    ])
    expect(event).not.toHaveProperty('1.diffInfo.curr.orgEmail', expect.any(String))
    expect(happened(emulator)).toHaveLength(1)
  })

  it('is made when roles are given and taken', async () => {
    await using emulator = await frozen()
    const { userId } = emulator.person('lisi')
    await control(emulator, 'PATCH', 'people/lisi', { roles: [ROLE.lead] })
    expect(happened(emulator)).toEqual([
      ['label_user_change', { userIdList: [userId], action: 'add', labelIdList: [ROLE.lead] }],
      ['label_user_change', { userIdList: [userId], action: 'remove', labelIdList: [ROLE.engineer] }],
    ])
  })

  it.each([
    ['moves between departments', 'lisi', { departments: [1] }],
    ['has another picture', 'lisi', { avatarUrl: '/avatar/zhangsan.svg' }],
    ['is not in the organisation', 'wangwu', { nick: '王六' }],
    ['has left already', 'libie', { membership: 'outsider' }],
  ] as const)('is not made when somebody %s', async (_title, id, change) => {
    await using emulator = await frozen()
    expect((await control(emulator, 'PATCH', `people/${id}`, change)).status).toBe(200)
    expect(happened(emulator)).toEqual([])
  })
})

describe('an event of departments and roles', () => {
  it('is made when a department is made, renamed or removed', async () => {
    await using emulator = await frozen()
    await control(emulator, 'POST', 'departments', { id: 8, name: '实验室', parentId: DEPARTMENT.platform })
    await control(emulator, 'PATCH', 'departments/8', { name: '研究院' })
    await control(emulator, 'DELETE', `departments/${DEPARTMENT.research}`)
    expect(happened(emulator)).toEqual([
      ['org_dept_create', { deptId: [8] }],
      ['org_dept_modify', { deptId: [8] }],
      ['org_dept_remove', { deptId: [DEPARTMENT.research, DEPARTMENT.platform, DEPARTMENT.interfaces, 8] }],
    ])
  })

  it('is made when a role is made, renamed or removed', async () => {
    await using emulator = await frozen()
    await control(emulator, 'POST', 'roles', { id: 7, name: '值班', groupId: 6, groupName: '轮值' })
    await control(emulator, 'PATCH', 'roles/7', { name: '夜班' })
    await control(emulator, 'DELETE', 'roles/7')
    const data = { labelIdList: [7] }
    expect(happened(emulator)).toEqual([
      ['label_conf_add', data],
      ['label_conf_modify', data],
      ['label_conf_del', data],
    ])
  })
})

describe('the record of leavers', () => {
  it('holds who left in the time asked for, page by page', async () => {
    await using emulator = await frozen()
    const ids = ['zhangsan', 'lisi', 'zhangwei1']
    for (const id of ids) {
      emulator.changePerson(id, { membership: 'left' })
      emulator.moveClock(MINUTE)
    }
    const [zhangsan, lisi, zhangwei] = ids.map((id) => emulator.person(id).userId)
    const first = await leaveRecords(emulator, { maxResults: '2' })
    expect(first).toEqual({
      status: 200,
      body: {
        nextToken: '2',
        records: [
          { userId: zhangsan, name: '张三', leaveTime: '2026-03-01T08:00:00Z' },
          { userId: lisi, name: '李思远', leaveTime: '2026-03-01T08:01:00Z' },
        ],
      },
    })
    const last = await leaveRecords(emulator, { maxResults: '2', nextToken: '2' })
    expect(last.body).toEqual({ records: [{ userId: zhangwei, name: '张伟', leaveTime: '2026-03-01T08:02:00Z' }] })
    const middle = { startTime: '2026-03-01T16:01:00+08:00', endTime: '2026-03-01T08:02:00Z' }
    expect((await leaveRecords(emulator, middle)).body).toMatchObject({ records: [{ userId: lisi }] })
  })

  it('is empty after a reset, and knows nobody who was never an employee', async () => {
    await using emulator = await frozen()
    emulator.changePerson('waibu', { membership: 'left' })
    expect((await leaveRecords(emulator, {})).body).toEqual({ records: [] })
    emulator.changePerson('lisi', { membership: 'left' })
    emulator.reset()
    expect((await leaveRecords(emulator, {})).body).toEqual({ records: [] })
  })

  it.each([
    [{ startTime: '' }, 'AuthenticationFailed.MissingParameter'],
    [{ startTime: 'yesterday' }, 'invalidParameter'],
    [{ endTime: '2026-03-01' }, 'invalidParameter'],
    [{ maxResults: '' }, 'AuthenticationFailed.MissingParameter'],
    [{ maxResults: '51' }, 'invalidParameter'],
    [{ maxResults: '0' }, 'invalidParameter'],
    [{ nextToken: 'x' }, 'invalidParameter'],
  ])('is not shown for %o', async (query, code) => {
    await using emulator = await frozen()
    const { status, body } = await leaveRecords(emulator, query)
    expect([status, body]).toMatchObject([400, { code }])
    expect(body).not.toHaveProperty('records')
  })

  it('needs the token of the application, and its permission', async () => {
    await using emulator = await frozen()
    const url = `${emulator.url}/v1.0/contact/empLeaveRecords?startTime=2026-03-01T08:00:00Z&maxResults=50`
    expect((await ask(url)).body).toMatchObject({ code: 'AuthenticationFailed.MissingParameter' })
    const headers = { 'x-acs-dingtalk-access-token': 'nonsense' }
    expect((await ask(url, { headers })).body).toMatchObject({ code: 'InvalidAuthentication' })
    emulator.permissions.switch('Contact.Common.Read', false)
    expect(await leaveRecords(emulator, {})).toMatchObject({
      status: 403,
      body: { code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied' },
    })
  })
})
