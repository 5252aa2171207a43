import type { Request } from 'express'
import { z } from 'zod'
import { isJson, jsonObjectOf } from '../parameters.js'
import { apiRefusal } from './refusals.js'

const text = z.string().min(1)

/**
 * The JSON of a request on api.
 * @throws {Refusal}
 */
export function jsonBody(req: Request): Record<string, unknown> {
  const body = isJson(req) ? jsonObjectOf(req) : undefined
  if (!body) throw apiRefusal('AuthenticationFailed.MissingParameter', 'Content-Type: application/json')
  return body
}

/** @throws {Refusal} where there is no such text */
export function required(body: Record<string, unknown>, name: string): string {
  const value = text.safeParse(body[name])
  if (!value.success) throw apiRefusal('AuthenticationFailed.MissingParameter', name)
  return value.data
}
