import express, { type Request, Router } from 'express'
import { z } from 'zod'
import { queryOf } from '../../api/read-query.js'
import { MINUTE } from '../../time.js'
import type { Clock } from '../clock.js'
import { APP } from '../known-app.js'
import { repeated, single } from '../parameters.js'
import type { Parts } from '../parts.js'
import type { Person } from '../person.js'
import type { ApiHandler } from './api-call.js'
import { userByClientCode } from './client-login.js'
import {
  departmentDetails,
  departmentIdsBelow,
  departmentsAbovePerson,
  departmentsBelow,
} from './directory/departments.js'
import { userByUnionid, userDetails, userIdsOfDepartment, usersOfDepartment } from './directory/people.js'
import { roleDetails, roleGroups, usersOfRole } from './directory/roles.js'
import { oapiRefusal, success, topapiRefusal } from './refusals.js'
import { sign } from './signature.js'
import { jsonBody } from './topapi.js'

const text = z.string().min(1)

/** The APIs of oapi.dingtalk.com, whose status is 200 whatever happens. */
export function oapiRoutes(parts: Parts): Router {
  const { calls } = parts
  const router = Router({ caseSensitive: true, strict: true })
  router.use(['/sns', '/gettoken', '/topapi'], express.raw({ type: () => true, limit: '1mb' }))

  router.all('/sns/getuserinfo_bycode', calls.handler('getuserinfo_bycode', userInfoByCode(parts)))
  router.all('/gettoken', calls.handler('gettoken', appToken(parts)))
  router.all('/topapi/v2/user/getuserinfo', calls.handler('user/getuserinfo', userByClientCode(parts)))
  directoryRoutes(parts, router)
  router.all(
    '/topapi/*path',
    calls.unknown(() => topapiRefusal(22)),
  )
  router.all(
    ['/sns/*path', '/user/*path', '/connect/*path'],
    calls.unknown(() => oapiRefusal(404)),
  )
  return router
}

function directoryRoutes(parts: Parts, router: Router): void {
  const { calls } = parts
  router.all('/topapi/user/getbyunionid', calls.handler('getbyunionid', userByUnionid(parts)))
  router.all('/topapi/v2/user/get', calls.handler('user/get', userDetails(parts)))
  router.all('/topapi/v2/user/list', calls.handler('user/list', usersOfDepartment(parts)))
  router.all('/topapi/user/listid', calls.handler('user/listid', userIdsOfDepartment(parts)))
  router.all('/topapi/v2/department/get', calls.handler('department/get', departmentDetails(parts)))
  router.all('/topapi/v2/department/listsub', calls.handler('department/listsub', departmentsBelow(parts)))
  router.all('/topapi/v2/department/listsubid', calls.handler('department/listsubid', departmentIdsBelow(parts)))
  router.all(
    '/topapi/v2/department/listparentbyuser',
    calls.handler('department/listparentbyuser', departmentsAbovePerson(parts)),
  )
  router.all('/topapi/role/list', calls.handler('role/list', roleGroups(parts)))
  router.all('/topapi/role/getrole', calls.handler('role/getrole', roleDetails(parts)))
  router.all('/topapi/role/simplelist', calls.handler('role/simplelist', usersOfRole(parts)))
}

/** https://open.dingtalk.com/document/development/queries-basic-user-information */
function userInfoByCode({ clock, codes, people }: Parts): ApiHandler {
  return (req) => {
    if (req.method !== 'POST') throw oapiRefusal(43002)
    requireSignature(req, clock)
    const code = text.safeParse(jsonBody(req).tmp_auth_code)
    if (!code.success) throw oapiRefusal(41026)
    const grant = codes.spend(code.data, 'qrconnect')
    if (!grant) throw oapiRefusal(40078)
    const person = people.get(grant.personId)
    return success({ errcode: 0, errmsg: 'ok', user_info: userInfoOf(person) }, person.id)
  }
}

function requireSignature(req: Request, clock: Clock): void {
  const query = queryOf(req)
  if (repeated(query) !== undefined) throw oapiRefusal(40035)
  const timestamp = single(query, 'timestamp') ?? ''
  if (single(query, 'accessKey') !== APP.id) throw oapiRefusal(853003)
  if (!/^\d{13}$/.test(timestamp)) throw oapiRefusal(853001)
  if (Math.abs(clock.now() - Number(timestamp)) > MINUTE) throw oapiRefusal(853002)
  if (single(query, 'signature') !== sign(APP.secret, timestamp)) throw oapiRefusal(853004)
}

function userInfoOf({ nick, unionId, openId, membership }: Person): unknown {
  return {
    nick,
    unionid: unionId,
    dingId: `$:LWCP_v1:$${openId}`,
    openid: openId,
    // The documentation shows it always; the real DingTalk leaves it out for some.
    ...(membership === 'employee' && { main_org_auth_high_level: true }),
  }
}

/** https://open.dingtalk.com/document/development/obtain-orgapp-token */
function appToken({ tokens }: Parts): ApiHandler {
  return (req) => {
    if (req.method !== 'GET') throw oapiRefusal(43001)
    const query = queryOf(req)
    const key = single(query, 'appkey')
    if (key === undefined) throw oapiRefusal(40035, '缺少参数 corpid or appkey')
    if (key !== APP.id || single(query, 'appsecret') !== APP.secret) throw oapiRefusal(40096)
    const { token, expiresInS } = tokens.forApp()
    return success({ errcode: 0, access_token: token, errmsg: 'ok', expires_in: expiresInS })
  }
}
