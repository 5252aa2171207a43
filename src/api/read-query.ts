import type { Request } from 'express'
import type { z } from 'zod'
import { AppError } from '../errors.js'

/** The request's query string as it came, without its `?`. */
export function rawQueryOf(req: Request): string {
  const start = req.originalUrl.indexOf('?')
  return start < 0 ? '' : req.originalUrl.slice(start + 1)
}

/** The request's query; repeated names are kept apart. */
export function queryOf(req: Request): URLSearchParams {
  return new URLSearchParams(rawQueryOf(req))
}

/**
 * The request's query as this schema reads it; a parameter that is given twice is no text.
 * @throws {AppError} `bad_request` where it does not fit, or its escapes are malformed
 */
export function readQuery<Schema extends z.ZodType>(req: Request, schema: Schema): z.output<Schema> {
  return readParameters(rawQueryOf(req), schema)
}

/**
 * The same of parameters that came as a text, such as a form's.
 * @throws {AppError} `bad_request`
 */
export function readParameters<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  if (!hasSoundEscapes(text)) throw new AppError('bad_request', { detail: 'malformed escapes' })
  const query = new URLSearchParams(text)
  const values = Array.from(new Set(query.keys()), (name) => {
    const [value, ...more] = query.getAll(name)
    return [name, more.length > 0 ? [value, ...more] : value]
  })
  const { data, error } = schema.safeParse(Object.fromEntries(values))
  if (!error) return data
  const faults = error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
  throw new AppError('bad_request', { detail: faults.join(', ') })
}

function hasSoundEscapes(query: string): boolean {
  try {
    decodeURIComponent(query)
    return true
  } catch {
    return false
  }
}
