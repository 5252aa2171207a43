import express, { type Request, Router } from 'express'
import { z } from 'zod'
import { MINUTE } from '../../time.js'
import type { Clock } from '../clock.js'
import type { Codes } from '../codes.js'
import type { Directory } from '../directory.js'
import { APP } from '../known-app.js'
import { isJson, jsonObjectOf, queryOf, repeated, single } from '../parameters.js'
import type { Person } from '../people.js'
import type { Tokens } from '../tokens.js'
import type { ApiCalls } from './api-call.js'
import { type Answer, oapiRefusal, requestId, success, topapiRefusal } from './refusals.js'
import { sign } from './signature.js'

const text = z.string().min(1)

export interface OapiParts {
  calls: ApiCalls
  clock: Clock
  codes: Codes
  directory: Directory
  tokens: Tokens
  avatarOf: (person: Person) => string | undefined
}

/** The APIs of oapi.dingtalk.com, which answers HTTP 200 whatever happens. */
export function oapiRoutes({ calls, clock, codes, directory, tokens, avatarOf }: OapiParts): Router {
  const router = Router({ caseSensitive: true, strict: true })
  router.use(['/sns', '/gettoken', '/topapi'], express.raw({ type: () => true, limit: '1mb' }))

  router.all(
    '/sns/getuserinfo_bycode',
    calls.handler('getuserinfo_bycode', (req) => userInfoByCode(req)),
  )
  router.all(
    '/gettoken',
    calls.handler('gettoken', (req) => appToken(req)),
  )
  router.all(
    '/topapi/user/getbyunionid',
    calls.handler('getbyunionid', (req) => userByUnionid(req)),
  )
  router.all(
    '/topapi/v2/user/get',
    calls.handler('user/get', (req) => userDetails(req)),
  )
  router.all(
    '/topapi/*path',
    calls.unknown(() => topapiRefusal(22)),
  )
  router.all(
    ['/sns/*path', '/user/*path', '/connect/*path'],
    calls.unknown(() => oapiRefusal(404)),
  )
  return router

  /** https://open.dingtalk.com/document/development/queries-basic-user-information */
  function userInfoByCode(req: Request): Answer {
    if (req.method !== 'POST') throw oapiRefusal(43002)
    const query = queryOf(req)
    if (repeated(query) !== undefined) throw oapiRefusal(40035)
    const timestamp = single(query, 'timestamp') ?? ''
    if (single(query, 'accessKey') !== APP.id) throw oapiRefusal(853003)
    if (!/^\d{13}$/.test(timestamp)) throw oapiRefusal(853001)
    if (Math.abs(clock.now() - Number(timestamp)) > MINUTE) throw oapiRefusal(853002)
    if (single(query, 'signature') !== sign(APP.secret, timestamp)) throw oapiRefusal(853004)
    const code = text.safeParse(jsonBody(req).tmp_auth_code)
    if (!code.success) throw oapiRefusal(41026)
    const grant = codes.spend(code.data, 'qrconnect')
    if (!grant) throw oapiRefusal(40078)
    const person = directory.get(grant.personId)
    return success(
      {
        errcode: 0,
        errmsg: 'ok',
        user_info: {
          nick: person.nick,
          unionid: person.unionId,
          dingId: `$:LWCP_v1:$${person.openId}`,
          openid: person.openId,
          // The documentation shows it always; live answers lack it for some.
          ...(person.membership === 'employee' && { main_org_auth_high_level: true }),
        },
      },
      person.id,
    )
  }

  /** https://open.dingtalk.com/document/development/obtain-orgapp-token */
  function appToken(req: Request): Answer {
    if (req.method !== 'GET') throw oapiRefusal(43001)
    const query = queryOf(req)
    const key = single(query, 'appkey')
    if (key === undefined) throw oapiRefusal(40035, '缺少参数 corpid or appkey')
    if (key !== APP.id || single(query, 'appsecret') !== APP.secret) throw oapiRefusal(40096)
    const { token, expiresInS } = tokens.forApp()
    return success({ errcode: 0, access_token: token, errmsg: 'ok', expires_in: expiresInS })
  }

  /** https://open.dingtalk.com/document/development/query-a-user-by-the-union-id */
  function userByUnionid(req: Request): Answer {
    requireAppToken(req)
    const unionId = text.safeParse(jsonBody(req).unionid)
    if (!unionId.success) throw topapiRefusal(40035)
    const person = directory.member('unionId', unionId.data)
    if (!person) throw topapiRefusal(60121)
    return success(
      {
        errcode: 0,
        errmsg: 'ok',
        result: { contact_type: person.membership === 'employee' ? 0 : 1, userid: person.userId },
        request_id: requestId(),
      },
      person.id,
    )
  }

  /** https://open.dingtalk.com/document/development/query-user-details */
  function userDetails(req: Request): Answer {
    requireAppToken(req)
    const userId = text.safeParse(jsonBody(req).userid)
    if (!userId.success) throw topapiRefusal(33012)
    const person = directory.member('userId', userId.data)
    if (person?.membership !== 'employee') throw topapiRefusal(60121)
    return success(
      {
        errcode: 0,
        errmsg: 'ok',
        result: {
          userid: person.userId,
          unionid: person.unionId,
          name: person.nick,
          avatar: avatarOf(person) ?? '',
          active: true,
          admin: false,
          boss: false,
          senior: false,
          hide_mobile: false,
          real_authed: true,
          dept_id_list: [1],
        },
        request_id: requestId(),
      },
      person.id,
    )
  }

  function requireAppToken(req: Request): void {
    if (req.method !== 'POST') throw topapiRefusal(43002)
    const token = single(queryOf(req), 'access_token')
    if (token === undefined) throw topapiRefusal(88, 40000)
    const state = tokens.checkApp(token)
    if (state === 'unknown') throw topapiRefusal(40014)
    if (state === 'expired') throw topapiRefusal(42001)
  }
}

function jsonBody(req: Request): Record<string, unknown> {
  if (!isJson(req)) throw oapiRefusal(43009)
  const body = jsonObjectOf(req)
  if (!body) throw oapiRefusal(47001)
  return body
}
