import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { RequestHandler } from 'express'
import { AppError } from '../errors.js'

const FORM = 'application/x-www-form-urlencoded'
const ALREADY_READ =
  'Something in front of the login has read this form: put app.use(login.routes) before the body parsers, or use express.urlencoded().'

/**
 * Where a body parser of the application has read a form already, makes it readable once more.
 * @throws {AppError} `bad_request` where what the parser made of it does not say what was sent
 */
export const takeBackBody: RequestHandler = (req, _res, next) => {
  if (req.readableDidRead && req.headers['content-type']?.toLowerCase().startsWith(FORM)) makeReadable(req)
  next()
}

function makeReadable(req: IncomingMessage & { body?: unknown }): void {
  const text = formText(req.body)
  if (text === undefined) throw new AppError('bad_request', { hint: { text: ALREADY_READ, shown: 'always' } })
  const bytes = Buffer.from(text)
  req.headers['content-length'] = String(bytes.length)
  const again = () => Readable.from(bytes.length > 0 ? [bytes] : [])
  // What those read by who read forms here; oidc-provider asks `readable` first, then `iterator`.
  Object.defineProperties(req, {
    readable: { value: true },
    iterator: { value: () => again().iterator() },
    [Symbol.asyncIterator]: { value: () => again()[Symbol.asyncIterator]() },
  })
}

/** The form as it could have been sent; undefined where that cannot be told. */
function formText(body: unknown): string | undefined {
  if (Buffer.isBuffer(body) || typeof body === 'string') return body.toString()
  if (typeof body !== 'object' || body === null) return undefined
  const pairs = Object.entries(body).map(([name, value]) =>
    valuesOf(value)?.map((text): [string, string] => [name, text]),
  )
  return pairs.includes(undefined) ? undefined : new URLSearchParams(pairs.flatMap((pair) => pair ?? [])).toString()
}

/** Of one field, which may have been sent several times: parsers then make a list, or where it is long numbered names. */
function valuesOf(value: unknown): string[] | undefined {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return undefined
  const isNumbered = Object.keys(value).every((name, index) => name === String(index))
  const values: unknown[] = Object.values(value)
  return isNumbered && values.every((text) => typeof text === 'string') ? values : undefined
}
