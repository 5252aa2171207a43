import type { Request } from 'express'
import type { z } from 'zod'
import { AppError } from '../errors.js'
import { readParameters } from './read-query.js'

/** Far more than a state and a code. */
const MAX_BYTES = 4096

/**
 * The form that a page has sent, as this schema reads it. Bodies of unknown length have been refused before.
 * @throws {AppError} `bad_request` where it is no form, too long, broken off, or does not fit
 */
export async function readForm<Schema extends z.ZodType>(req: Request, schema: Schema): Promise<z.output<Schema>> {
  return readParameters(await readFormText(req, MAX_BYTES), schema)
}

/** The same as it came. @throws {AppError} `bad_request` where it is no form, longer than this, or broken off */
export async function readFormText(req: Request, maxBytes: number): Promise<string> {
  if (Number(req.get('content-length') ?? 0) > maxBytes)
    throw new AppError('bad_request', { detail: 'the form is too long', headers: { Connection: 'close' } })
  if (!req.is('application/x-www-form-urlencoded')) throw new AppError('bad_request', { detail: 'not a form' })
  return textOf(req)
}

async function textOf(req: Request): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of req) chunks.push(chunk)
  } catch {
    throw new AppError('bad_request', { detail: 'the form broke off' })
  }
  return Buffer.concat(chunks).toString('latin1')
}
