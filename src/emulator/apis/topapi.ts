import type { Request } from 'express'
import { z } from 'zod'
import { queryOf } from '../../api/read-query.js'
import type { Permission } from '../organisation/permissions.js'
import { isJson, jsonObjectOf, single } from '../parameters.js'
import type { Parts } from '../parts.js'
import type { Tokens } from '../tokens.js'
import type { ApiHandler } from './api-call.js'
import { oapiRefusal, requestId, success, topapiRefusal } from './refusals.js'

const text = z.string().min(1)
const integer = z.union([z.int(), z.stringFormat('integer', /^\d{1,15}$/).transform(Number)])

/** The JSON of a request. */
export type Body = Record<string, unknown>

/** What a call found: its fields beside `errcode`, and whom it was about. */
export interface Found {
  fields: Record<string, unknown>
  personId?: string
}

/** A call on topapi: the app's token, then the permission, then the body, then what the call itself says. */
export function topapiCall(
  { tokens, permissions }: Parts,
  permission: Permission,
  find: (body: Body) => Found,
): ApiHandler {
  return (req) => {
    requireAppToken(req, tokens)
    if (!permissions.has(permission)) throw topapiRefusal(88, 60011)
    const { fields, personId } = find(jsonBody(req))
    return success({ errcode: 0, errmsg: 'ok', ...fields, request_id: requestId() }, personId)
  }
}

/** @throws {Refusal} */
export function jsonBody(req: Request): Body {
  if (!isJson(req)) throw oapiRefusal(43009)
  const body = jsonObjectOf(req)
  if (!body) throw oapiRefusal(47001)
  return body
}

/** @throws {Refusal} with this errcode where there is no such text */
export function requiredText(body: Body, name: string, errcode: number): string {
  const value = text.safeParse(body[name])
  if (!value.success) throw topapiRefusal(errcode)
  return value.data
}

/**
 * A number, or its decimal text.
 * @throws {Refusal} with this errcode where it is neither, or is absent without a default
 */
export function integerOf(body: Body, name: string, errcode: number, absent?: number): number {
  const value = integer.safeParse(body[name] ?? absent)
  if (!value.success) throw topapiRefusal(errcode)
  return value.data
}

/**
 * A part of a list.
 * @throws {Refusal} 40035 where the size is beyond the call's
 */
export function pageOf<T>(all: T[], offset: number, size: number, maxSize: number): { list: T[]; hasMore: boolean } {
  if (offset < 0 || size < 1 || size > maxSize) throw topapiRefusal(40035)
  return { list: all.slice(offset, offset + size), hasMore: offset + size < all.length }
}

function requireAppToken(req: Request, tokens: Tokens): void {
  if (req.method !== 'POST') throw topapiRefusal(43002)
  const token = single(queryOf(req), 'access_token')
  if (token === undefined) throw topapiRefusal(88, 40000)
  const state = tokens.checkApp(token)
  if (state === 'unknown') throw topapiRefusal(40014)
  if (state === 'expired') throw topapiRefusal(42001)
}
