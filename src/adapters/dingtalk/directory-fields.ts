import { z } from 'zod'

const MAX_CHARACTERS = 128
/** Lone surrogates, control and format characters, and line ends. */
const removed = /[\p{Cs}\p{Cc}\p{Cf}\u2028\u2029]/gu

/** A text that is safe to keep and to show; null where it is absent, empty or no text. Numbers count as texts. */
export const text = z
  .unknown()
  .optional()
  .transform((value) => {
    const raw = typeof value === 'number' ? String(value) : value
    if (typeof raw !== 'string') return null
    const clean = [...raw.replace(removed, '').normalize('NFC').trim()].slice(0, MAX_CHARACTERS).join('').trim()
    return clean === '' ? null : clean
  })

/** The directory's name for somebody: a number where the organisation numbers its people. */
export const userid = z.union([z.string(), z.int().transform(String)]).pipe(z.string().regex(/^[^\p{C}\p{Z}]{1,128}$/u))

/** The id of a department or a role, which may come as its text. */
export const directoryId = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,16}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(1))

const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const MAX_ADDRESS_LENGTH = 254

/**
 * An e-mail address in small letters; null for anything else. Judged as it came: what is taken out of a text, cut off or
 * made small (the sign of Kelvin is no k) could make one address into somebody else's.
 */
export const emailAddress = z
  .unknown()
  .optional()
  .transform((value) => {
    const isPlain = typeof value === 'string' && value.length <= MAX_ADDRESS_LENGTH && /^[\x21-\x7e]+$/.test(value)
    const small = isPlain ? value.toLowerCase() : ''
    const at = small.lastIndexOf('@')
    const isAddress = at <= 64 && LOCAL_PART.test(small.slice(0, at)) && DOMAIN.test(small.slice(at + 1))
    return isAddress ? small : null
  })
