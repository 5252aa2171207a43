import express, { type Request, Router } from 'express'
import { z } from 'zod'
import { queryOf } from '../../api/read-query.js'
import { MINUTE } from '../../time.js'
import { avatarUrlOf } from '../avatar.js'
import type { Clock } from '../clock.js'
import { APP } from '../known-app.js'
import { isJson, jsonObjectOf, repeated, single } from '../parameters.js'
import type { Parts } from '../parts.js'
import type { Person } from '../person.js'
import type { Tokens } from '../tokens.js'
import type { ApiHandler } from './api-call.js'
import { oapiRefusal, requestId, success, topapiRefusal } from './refusals.js'
import { sign } from './signature.js'

const text = z.string().min(1)

/** The APIs of oapi.dingtalk.com, whose status is 200 whatever happens. */
export function oapiRoutes(parts: Parts): Router {
  const { calls } = parts
  const router = Router({ caseSensitive: true, strict: true })
  router.use(['/sns', '/gettoken', '/topapi'], express.raw({ type: () => true, limit: '1mb' }))

  router.all('/sns/getuserinfo_bycode', calls.handler('getuserinfo_bycode', userInfoByCode(parts)))
  router.all('/gettoken', calls.handler('gettoken', appToken(parts)))
  router.all('/topapi/user/getbyunionid', calls.handler('getbyunionid', userByUnionid(parts)))
  router.all('/topapi/v2/user/get', calls.handler('user/get', userDetails(parts)))
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

/** https://open.dingtalk.com/document/development/query-a-user-by-the-union-id */
function userByUnionid({ people, tokens }: Parts): ApiHandler {
  return (req) => {
    requireAppToken(req, tokens)
    const unionId = text.safeParse(jsonBody(req).unionid)
    if (!unionId.success) throw topapiRefusal(40035)
    const person = people.member('unionId', unionId.data)
    if (!person) throw topapiRefusal(60121)
    const result = { contact_type: person.membership === 'employee' ? 0 : 1, userid: person.userId }
    return success({ errcode: 0, errmsg: 'ok', result, request_id: requestId() }, person.id)
  }
}

/** https://open.dingtalk.com/document/development/query-user-details */
function userDetails({ people, publicUrl, tokens }: Parts): ApiHandler {
  return (req) => {
    requireAppToken(req, tokens)
    const userId = text.safeParse(jsonBody(req).userid)
    if (!userId.success) throw topapiRefusal(33012)
    const person = people.member('userId', userId.data)
    if (person?.membership !== 'employee') throw topapiRefusal(60121)
    const result = detailsOf(person, publicUrl)
    return success({ errcode: 0, errmsg: 'ok', result, request_id: requestId() }, person.id)
  }
}

function detailsOf(person: Person, publicUrl: string): unknown {
  return {
    userid: person.userId,
    unionid: person.unionId,
    name: person.nick,
    avatar: avatarUrlOf(person, publicUrl) ?? '',
    active: true,
    admin: false,
    boss: false,
    senior: false,
    hide_mobile: false,
    real_authed: true,
    dept_id_list: [1],
  }
}

function requireAppToken(req: Request, tokens: Tokens): void {
  if (req.method !== 'POST') throw topapiRefusal(43002)
  const token = single(queryOf(req), 'access_token')
  if (token === undefined) throw topapiRefusal(88, 40000)
  const state = tokens.checkApp(token)
  if (state === 'unknown') throw topapiRefusal(40014)
  if (state === 'expired') throw topapiRefusal(42001)
}

function jsonBody(req: Request): Record<string, unknown> {
  if (!isJson(req)) throw oapiRefusal(43009)
  const body = jsonObjectOf(req)
  if (!body) throw oapiRefusal(47001)
  return body
}
