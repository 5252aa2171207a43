import { randomBytes } from 'node:crypto'
import express, { Router } from 'express'
import { avatarUrlOf } from '../avatar.js'
import { APP } from '../known-app.js'
import type { Parts } from '../parts.js'
import type { Person } from '../person.js'
import { TOKEN_LIFETIME_S } from '../tokens.js'
import type { ApiHandler } from './api-call.js'
import { openConnection } from './gateway.js'
import { leaveRecords } from './leave-records.js'
import { jsonBody, required } from './open-api-request.js'
import { apiRefusal, success } from './refusals.js'

/** The APIs of api.dingtalk.com: camelCase, tokens in a header, true HTTP statuses. */
export function openApiRoutes(parts: Parts): Router {
  const { calls } = parts
  const router = Router({ caseSensitive: true, strict: true })
  router.use('/v1.0', express.raw({ type: () => true, limit: '1mb' }))

  router.post('/v1.0/oauth2/userAccessToken', calls.handler('userAccessToken', userToken(parts)))
  router.get('/v1.0/contact/users/me', calls.handler('users/me', ownContact(parts)))
  router.post('/v1.0/oauth2/accessToken', calls.handler('accessToken', appToken(parts)))
  router.post('/v1.0/oauth2/:corpId/token', calls.handler('oauth2/token', organisationToken(parts)))
  router.get('/v1.0/contact/empLeaveRecords', calls.handler('empLeaveRecords', leaveRecords(parts)))
  router.post('/v1.0/gateway/connections/open', calls.handler('connections/open', openConnection(parts)))
  router.all(
    '/v1.0/*path',
    calls.unknown(() => apiRefusal('InvalidAction.NotFound')),
  )
  return router
}

/** https://open.dingtalk.com/document/development/obtain-user-token */
function userToken({ codes, tokens }: Parts): ApiHandler {
  return (req) => {
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
        // The emulator has no refresh: it is good for nothing.
        refreshToken: randomBytes(16).toString('hex'),
        ...(grant.withCorpId && { corpId: APP.corpId }),
      },
      grant.personId,
    )
  }
}

/** https://open.dingtalk.com/document/development/dingtalk-retrieve-user-information */
function ownContact({ people, permissions, publicUrl, tokens }: Parts): ApiHandler {
  return (req) => {
    const token = req.get('x-acs-dingtalk-access-token')
    if (!token) throw apiRefusal('AuthenticationFailed.MissingParameter', 'x-acs-dingtalk-access-token')
    const personId = tokens.personOf(token)
    if (personId === undefined) throw apiRefusal('InvalidAuthentication')
    if (!permissions.has('Contact.User.Read'))
      throw apiRefusal('Forbidden.AccessDenied.AccessTokenPermissionDenied', 'Contact.User.Read')
    const { mobile, ...others } = contactOf(people.get(personId), publicUrl)
    return success(permissions.has('Contact.User.mobile') ? { ...others, mobile } : others, personId)
  }
}

/** What the person does not have is undefined, and so not in the JSON. */
function contactOf(person: Person, publicUrl: string) {
  const { nick, unionId, openId, email, mobile, stateCode } = person
  return { nick, unionId, openId, avatarUrl: avatarUrlOf(person, publicUrl), email, mobile, stateCode }
}

/** https://open.dingtalk.com/document/development/api-gettoken */
function organisationToken({ tokens }: Parts): ApiHandler {
  return (req) => {
    const body = jsonBody(req)
    const clientId = required(body, 'client_id')
    const clientSecret = required(body, 'client_secret')
    const grantType = required(body, 'grant_type')
    if (clientId !== APP.id || clientSecret !== APP.secret) throw apiRefusal('invalidClientIdOrSecret')
    if (grantType !== 'client_credentials') throw apiRefusal('invalidParameter.grantType')
    if (req.params.corpId !== APP.corpId) throw apiRefusal('unauthorized.client')
    const { token, expiresInS } = tokens.forApp()
    return success({ access_token: token, expires_in: expiresInS })
  }
}

/** https://open.dingtalk.com/document/development/obtain-the-access_token-of-an-internal-app */
function appToken({ tokens }: Parts): ApiHandler {
  return (req) => {
    const body = jsonBody(req)
    const appKey = required(body, 'appKey')
    const appSecret = required(body, 'appSecret')
    if (appKey !== APP.id || appSecret !== APP.secret) throw apiRefusal('invalidClientIdOrSecret')
    const { token, expiresInS } = tokens.forApp()
    return success({ accessToken: token, expireIn: expiresInS })
  }
}
