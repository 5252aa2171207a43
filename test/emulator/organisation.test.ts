import { describe, expect, it } from 'vitest'
import { DEPARTMENT, type Emulator, ROLE, startEmulator } from '../../src/emulator/emulator.js'
import {
  ask,
  codeFrom,
  control,
  oauth2Url,
  textAt,
  topapi,
  userAccessToken,
  usersMe,
} from '../support/emulator-client.js'

const userIdOf = (emulator: Emulator, id: string) => emulator.person(id).userId

describe('the details of a person', () => {
  it('say the names, places and roles that the organisation gave', async () => {
    await using emulator = await startEmulator()
    const answer = await topapi(emulator, 'v2/user/get', { userid: userIdOf(emulator, 'lisi') })
    expect(answer).toMatchObject({
      errcode: 0,
      result: {
        name: '李思远',
        title: '前端工程师',
        job_number: '0002',
        org_email: 'lisiyuan@corp.example',
        dept_id_list: [DEPARTMENT.interfaces, DEPARTMENT.market],
        leader_in_dept: [
          { dept_id: DEPARTMENT.interfaces, leader: false },
          { dept_id: DEPARTMENT.market, leader: false },
        ],
        role_list: [{ id: ROLE.engineer, name: '工程师', group_name: '岗位' }],
      },
    })
  })

  it('lack what the person does not have', async () => {
    await using emulator = await startEmulator()
    emulator.changePerson('zhangsan', { orgEmail: null, title: null, avatarUrl: null })
    const answer = await topapi(emulator, 'v2/user/get', { userid: userIdOf(emulator, 'zhangsan') })
    expect(answer).toMatchObject({ result: { email: 'zhangsan@example.com' } })
    for (const field of ['org_email', 'title', 'avatar', 'mobile']) expect(answer).not.toHaveProperty(`result.${field}`)
  })

  it('lack what the application has no permission for', async () => {
    await using emulator = await startEmulator()
    emulator.changePerson('zhangsan', { mobile: '13800000000', stateCode: '86' })
    await control(emulator, 'PATCH', 'permissions', { fieldEmail: false })
    const userid = userIdOf(emulator, 'zhangsan')
    const withoutEmail = await topapi(emulator, 'v2/user/get', { userid })
    expect(withoutEmail).toMatchObject({ result: { name: '张三', mobile: '13800000000' } })
    expect(withoutEmail).not.toHaveProperty('result.org_email')
    expect(withoutEmail).not.toHaveProperty('result.email')
    await control(emulator, 'PATCH', 'permissions', { fieldEmail: true, fieldMobile: false })
    const withoutMobile = await topapi(emulator, 'v2/user/get', { userid })
    expect(withoutMobile).toMatchObject({ result: { org_email: 'zhangsan@corp.example' } })
    expect(withoutMobile).not.toHaveProperty('result.mobile')
  })

  it('can have their numbers as text', async () => {
    await using emulator = await startEmulator()
    emulator.failNext('user/get', 'string-numbers')
    const answer = await topapi(emulator, 'v2/user/get', { userid: userIdOf(emulator, 'zhangsan') })
    expect(answer).toMatchObject({
      errcode: '0',
      result: { dept_id_list: [String(DEPARTMENT.research)], role_list: [{ id: String(ROLE.lead) }, {}] },
    })
  })
})

describe('the departments', () => {
  it('are a tree of three levels below one root', async () => {
    await using emulator = await startEmulator()
    const { userId } = emulator.person('lisi')
    expect(await topapi(emulator, 'v2/department/listparentbyuser', { userid: userId })).toMatchObject({
      errcode: 0,
      result: {
        parent_list: [
          { parent_dept_id_list: [DEPARTMENT.interfaces, DEPARTMENT.research, 1] },
          { parent_dept_id_list: [DEPARTMENT.market, 1] },
        ],
      },
    })
    expect(await topapi(emulator, 'v2/department/get', { dept_id: String(DEPARTMENT.east) })).toMatchObject({
      errcode: 0,
      result: { dept_id: DEPARTMENT.east, name: '华东区', parent_id: DEPARTMENT.market },
    })
    const root = await topapi(emulator, 'v2/department/get', { dept_id: 1 })
    expect(root).not.toHaveProperty('result.parent_id')
    expect(await topapi(emulator, 'v2/department/listsub', {})).toMatchObject({
      result: [{ dept_id: DEPARTMENT.research }, { dept_id: DEPARTMENT.market }, { dept_id: DEPARTMENT.finance }],
    })
    expect(await topapi(emulator, 'v2/department/listsubid', { dept_id: DEPARTMENT.research })).toMatchObject({
      result: { dept_id_list: [DEPARTMENT.platform, DEPARTMENT.interfaces] },
    })
  })

  it('are refused where they are unknown, and so is whoever is not in them', async () => {
    await using emulator = await startEmulator()
    for (const path of ['v2/department/get', 'v2/department/listsub', 'v2/department/listsubid', 'user/listid'])
      expect(await topapi(emulator, path, { dept_id: 7 }), path).toMatchObject({ errcode: 60003 })
    expect(await topapi(emulator, 'v2/department/get', {})).toMatchObject({ errcode: 40035 })
    const path = 'v2/department/listparentbyuser'
    expect(await topapi(emulator, path, {})).toMatchObject({ errcode: 33012 })
    expect(await topapi(emulator, path, { userid: userIdOf(emulator, 'waibu') })).toMatchObject({ errcode: 60121 })
  })

  it('list their own employees, page by page', async () => {
    await using emulator = await startEmulator()
    const dept_id = DEPARTMENT.interfaces
    const [lisi, xingxing] = [userIdOf(emulator, 'lisi'), userIdOf(emulator, 'xingxing')]
    expect(await topapi(emulator, 'user/listid', { dept_id })).toMatchObject({
      result: { userid_list: [lisi, xingxing] },
    })
    const first = await topapi(emulator, 'v2/user/list', { dept_id, cursor: 0, size: 1 })
    expect(first).toMatchObject({ result: { has_more: true, next_cursor: 1, list: [{ userid: lisi }] } })
    const last = await topapi(emulator, 'v2/user/list', { dept_id, cursor: 1, size: 1 })
    expect(last).toMatchObject({ result: { has_more: false, list: [{ userid: xingxing, name: '刘星' }] } })
    expect(await topapi(emulator, 'v2/user/list', { dept_id, cursor: 0, size: 101 })).toMatchObject({ errcode: 40035 })
  })

  it('can be made, renamed, moved and removed, with those below them', async () => {
    await using emulator = await startEmulator()
    const lab = { id: 935_420_999, name: '实验室', parentId: DEPARTMENT.platform }
    expect((await control(emulator, 'POST', 'departments', lab)).status).toBe(201)
    await control(emulator, 'PATCH', `departments/${lab.id}`, { name: '研究院', parentId: DEPARTMENT.market })
    expect(await topapi(emulator, 'v2/department/get', { dept_id: lab.id })).toMatchObject({
      result: { name: '研究院', parent_id: DEPARTMENT.market },
    })
    expect((await control(emulator, 'DELETE', `departments/${DEPARTMENT.research}`)).status).toBe(204)
    expect(await topapi(emulator, 'v2/department/get', { dept_id: DEPARTMENT.platform })).toMatchObject({
      errcode: 60003,
    })
    expect(emulator.person('lisi').departments).toEqual([DEPARTMENT.market])
    expect(emulator.person('zhangsan').departments).toEqual([1])
    emulator.reset()
    expect(emulator.person('zhangsan').departments).toEqual([DEPARTMENT.research])
    expect(await topapi(emulator, 'v2/department/get', { dept_id: DEPARTMENT.platform })).toMatchObject({ errcode: 0 })
  })

  it('stay a tree', async () => {
    await using emulator = await startEmulator()
    const before = emulator.departments.all()
    const circle = { parentId: DEPARTMENT.platform }
    expect((await control(emulator, 'PATCH', `departments/${DEPARTMENT.research}`, circle)).status).toBe(400)
    expect((await control(emulator, 'DELETE', 'departments/1')).status).toBe(400)
    expect((await control(emulator, 'DELETE', 'departments/7')).status).toBe(404)
    expect((await control(emulator, 'POST', 'departments', { id: 8, name: 'x', parentId: 7 })).status).toBe(400)
    expect((await control(emulator, 'POST', 'departments', before[1])).status).toBe(400)
    expect((await control(emulator, 'PATCH', 'people/zhangsan', { departments: [7] })).status).toBe(400)
    expect(emulator.departments.all()).toEqual(before)
    expect(emulator.person('zhangsan').departments).toEqual([DEPARTMENT.research])
  })
})

describe('the roles', () => {
  it('come in groups, with the people who have them', async () => {
    await using emulator = await startEmulator()
    expect(await topapi(emulator, 'role/list', { size: 1, offset: 1 })).toMatchObject({
      result: { hasMore: false, list: [{ name: '岗位', roles: [{ id: ROLE.engineer, name: '工程师' }, {}] }] },
    })
    expect(await topapi(emulator, 'role/list', { size: 1 })).toMatchObject({ result: { hasMore: true } })
    expect(await topapi(emulator, 'role/getrole', { roleId: ROLE.seller })).toMatchObject({
      errcode: 0,
      role: { name: '销售', groupId: expect.any(Number) },
    })
    expect(await topapi(emulator, 'role/simplelist', { role_id: ROLE.seller })).toMatchObject({
      result: { hasMore: false, list: [{ userid: userIdOf(emulator, 'zhangwei2'), name: '张伟' }] },
    })
    expect(await topapi(emulator, 'role/simplelist', { role_id: 7 })).toMatchObject({ errcode: 400_002 })
  })

  it('can be made, renamed and removed', async () => {
    await using emulator = await startEmulator()
    const role = { id: 77, name: '值班', groupId: 78, groupName: '轮值' }
    expect((await control(emulator, 'POST', 'roles', role)).status).toBe(201)
    await control(emulator, 'PATCH', 'people/zhangsan', { roles: [77] })
    await control(emulator, 'PATCH', 'roles/77', { name: '夜班' })
    const userid = userIdOf(emulator, 'zhangsan')
    expect(await topapi(emulator, 'v2/user/get', { userid })).toMatchObject({
      result: { role_list: [{ id: 77, name: '夜班', group_name: '轮值' }] },
    })
    expect((await control(emulator, 'DELETE', 'roles/77')).status).toBe(204)
    expect(await topapi(emulator, 'v2/user/get', { userid })).toMatchObject({ result: { role_list: [] } })
  })

  it('are made once, and given only where there are any', async () => {
    await using emulator = await startEmulator()
    const before = emulator.roles.all()
    expect((await control(emulator, 'POST', 'roles', { ...before[0], name: 'x' })).status).toBe(400)
    expect((await control(emulator, 'PATCH', 'people/zhangsan', { roles: [7] })).status).toBe(400)
    expect((await control(emulator, 'PATCH', 'roles/7', { name: 'x' })).status).toBe(404)
    expect(emulator.roles.all()).toEqual(before)
    expect(emulator.person('zhangsan').roles).toEqual([ROLE.lead, ROLE.engineer])
  })
})

describe('a permission', () => {
  it.each([
    ['qyapi_get_member', 'v2/user/get'],
    ['qyapi_get_member', 'user/getbyunionid'],
    ['qyapi_get_department_list', 'v2/department/get'],
    ['qyapi_get_department_list', 'v2/department/listparentbyuser'],
    ['qyapi_get_department_list', 'role/list'],
    ['qyapi_get_department_member', 'user/listid'],
    ['qyapi_get_department_member', 'v2/user/list'],
    ['qyapi_get_department_member', 'role/simplelist'],
  ] as const)('%s that is missing refuses %s', async (permission, path) => {
    await using emulator = await startEmulator()
    const person = emulator.person('zhangsan')
    const place = { dept_id: 1, cursor: 0, size: 10, role_id: ROLE.lead }
    const body = { userid: person.userId, unionid: person.unionId, ...place }
    expect(await topapi(emulator, path, body)).toMatchObject({ errcode: 0 })
    await control(emulator, 'PATCH', 'permissions', { [permission]: false })
    const refused = await topapi(emulator, path, body)
    expect(refused).toMatchObject({ errcode: 88, sub_code: '60011' })
    expect(refused).not.toHaveProperty('result')
    emulator.reset()
    expect(await topapi(emulator, path, body)).toMatchObject({ errcode: 0 })
  })

  it('is needed for the contact of whoever logs in, and for the number in it', async () => {
    await using emulator = await startEmulator()
    emulator.changePerson('zhangsan', { mobile: '13800000000' })
    const { body } = await userAccessToken(emulator, await codeFrom(oauth2Url(emulator)))
    const me = () => usersMe(emulator, { 'x-acs-dingtalk-access-token': textAt(body, 'accessToken') })
    expect((await me()).body).toMatchObject({ mobile: '13800000000' })
    emulator.permissions.switch('Contact.User.mobile', false)
    expect((await me()).body).not.toHaveProperty('mobile')
    emulator.permissions.switch('Contact.User.Read', false)
    expect(await me()).toMatchObject({
      status: 403,
      body: { code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied' },
    })
  })

  it('must be one that there is', async () => {
    await using emulator = await startEmulator()
    expect((await control(emulator, 'PATCH', 'permissions', { nothing: false })).status).toBe(400)
    expect(Object.values(Object((await ask(`${emulator.url}/_emulator/permissions`)).body))).not.toContain(false)
  })
})
