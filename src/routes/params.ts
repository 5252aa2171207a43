import type { Request } from 'express'
import { AppError } from '../errors.js'
import { queryOf, rawQueryOf } from '../query.js'
import type { CallbackParams } from '../services/login.js'

const MAX_LENGTH = 512

/** `redirect` of `/ding_url`. @throws {AppError} `bad_request` */
export function redirectParam(req: Request): string | undefined {
  return readParams(req, ['redirect']).redirect
}

/**
 * What DingTalk's redirect carried. The code comes as `code`, as `authCode`, or as both with one value.
 * @throws {AppError} `bad_request`
 */
export function callbackParams(req: Request): CallbackParams {
  const { state, code, authCode, error } = readParams(req, ['state', 'code', 'authCode', 'error'])
  if (!isPlain(state)) throw new AppError('bad_request', { detail: 'state is missing, too long or malformed' })
  if (error) return { state, declined: true }
  if (code && authCode && code !== authCode) throw new AppError('bad_request', { detail: 'code and authCode differ' })
  const eitherCode = code || authCode
  if (!isPlain(eitherCode)) throw new AppError('bad_request', { detail: 'code is missing, too long or malformed' })
  return { state, code: eitherCode }
}

/** @throws {AppError} `bad_request` where one of them is given twice, or the query's escapes are malformed */
function readParams<Name extends string>(req: Request, names: readonly Name[]): Partial<Record<Name, string>> {
  if (!hasSoundEscapes(rawQueryOf(req))) throw new AppError('bad_request', { detail: 'malformed escapes' })
  const query = queryOf(req)
  const found: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const [value, ...others] = query.getAll(name)
    if (others.length > 0) throw new AppError('bad_request', { detail: `${name} is given twice` })
    if (value !== undefined) found[name] = value
  }
  return found
}

function hasSoundEscapes(query: string): boolean {
  try {
    decodeURIComponent(query)
    return true
  } catch {
    return false
  }
}

/** Nothing that DingTalk or this server sends is long, or holds spaces or characters beyond ASCII. */
function isPlain(value: string | undefined): value is string {
  return value !== undefined && value.length <= MAX_LENGTH && /^[\x21-\x7e]+$/.test(value)
}
