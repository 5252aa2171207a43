import { randomBytes } from 'node:crypto'
import express, { type Request, Router } from 'express'
import { z } from 'zod'
import type { Codes } from '../codes.js'
import type { Directory } from '../directory.js'
import { APP } from '../known-app.js'
import { isJson, jsonObjectOf } from '../parameters.js'
import type { Person } from '../people.js'
import { TOKEN_LIFETIME_S, type Tokens } from '../tokens.js'
import type { ApiCalls } from './api-call.js'
import { type Answer, apiRefusal, success } from './refusals.js'

const text = z.string().min(1)

export interface OpenApiParts {
  calls: ApiCalls
  codes: Codes
  directory: Directory
  tokens: Tokens
  avatarOf: (person: Person) => string | undefined
}

/** The APIs of api.dingtalk.com: camelCase, tokens in a header, true HTTP statuses. */
export function openApiRoutes({ calls, codes, directory, tokens, avatarOf }: OpenApiParts): Router {
  const router = Router({ caseSensitive: true, strict: true })
  router.use('/v1.0', express.raw({ type: () => true, limit: '1mb' }))

  router.post(
    '/v1.0/oauth2/userAccessToken',
    calls.handler('userAccessToken', (req) => userToken(req)),
  )
  router.get(
    '/v1.0/contact/users/me',
    calls.handler('users/me', (req) => ownContact(req)),
  )
  router.post(
    '/v1.0/oauth2/accessToken',
    calls.handler('accessToken', (req) => appToken(req)),
  )
  router.all(
    '/v1.0/*path',
    calls.unknown(() => apiRefusal('InvalidAction.NotFound')),
  )
  return router

  /** https://open.dingtalk.com/document/development/obtain-user-token */
  function userToken(req: Request): Answer {
    const body = jsonBody(req)
    const clientId = required(body, 'clientId')
    const clientSecret = required(body, 'clientSecret')
    const grantType = required(body, 'grantType')
    if (clientId !== APP.id || clientSecret !== APP.secret) throw apiRefusal('invalidClientIdOrSecret')
    if (grantType !== 'authorization_code') throw apiRefusal('invalidParameter.grantType')
    const grant = codes.spend(required(body, 'code'), 'oauth2')
    if (!grant) throw apiRefusal('invalidParameter.authCode.notFound')
    return success(
      {
        expireIn: TOKEN_LIFETIME_S,
        accessToken: tokens.forPerson(grant.personId),
        // Good for nothing: the emulator knows no refresh.
        refreshToken: randomBytes(16).toString('hex'),
        ...(grant.withCorpId && { corpId: APP.corpId }),
      },
      grant.personId,
    )
  }

  /** https://open.dingtalk.com/document/development/dingtalk-retrieve-user-information */
  function ownContact(req: Request): Answer {
    const token = req.get('x-acs-dingtalk-access-token')
    if (!token) throw apiRefusal('AuthenticationFailed.MissingParameter', 'x-acs-dingtalk-access-token')
    const personId = tokens.personOf(token)
    if (personId === undefined) throw apiRefusal('InvalidAuthentication')
    const person = directory.get(personId)
    const avatarUrl = avatarOf(person)
    return success(
      {
        nick: person.nick,
        unionId: person.unionId,
        openId: person.openId,
        ...(avatarUrl !== undefined && { avatarUrl }),
        ...(person.email !== undefined && { email: person.email }),
        ...(person.mobile !== undefined && { mobile: person.mobile }),
        ...(person.stateCode !== undefined && { stateCode: person.stateCode }),
      },
      person.id,
    )
  }

  /** https://open.dingtalk.com/document/development/obtain-the-access_token-of-an-internal-app */
  function appToken(req: Request): Answer {
    const body = jsonBody(req)
    const appKey = required(body, 'appKey')
    const appSecret = required(body, 'appSecret')
    if (appKey !== APP.id || appSecret !== APP.secret) throw apiRefusal('invalidClientIdOrSecret')
    const { token, expiresInS } = tokens.forApp()
    return success({ accessToken: token, expireIn: expiresInS })
  }
}

function jsonBody(req: Request): Record<string, unknown> {
  const body = isJson(req) ? jsonObjectOf(req) : undefined
  if (!body) throw apiRefusal('AuthenticationFailed.MissingParameter', 'Content-Type: application/json')
  return body
}

function required(body: Record<string, unknown>, name: string): string {
  const value = text.safeParse(body[name])
  if (!value.success) throw apiRefusal('AuthenticationFailed.MissingParameter', name)
  return value.data
}
