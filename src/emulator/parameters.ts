import type { Request } from 'express'
import { z } from 'zod'
import { parseJson } from '../adapters/dingtalk/parse-json.js'

/** A parameter that occurs once and is not empty. */
export function single(query: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = query.getAll(name)
  return others.length === 0 && value !== '' ? value : undefined
}

/** The name of a parameter that occurs twice. */
export function repeated(query: URLSearchParams): string | undefined {
  return [...query.keys()].find((name) => query.getAll(name).length > 1)
}

/** Whether the body is said to be JSON. */
export function isJson(req: Request): boolean {
  return req.get('Content-Type')?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json'
}

const jsonObject = z.record(z.string(), z.unknown())

/** The body's JSON; undefined where that is not an object. */
export function jsonObjectOf(req: Request): Record<string, unknown> | undefined {
  const raw: unknown = req.body
  if (!Buffer.isBuffer(raw)) return undefined
  return jsonObject.safeParse(parseJson(raw.toString('utf8'))).data
}
