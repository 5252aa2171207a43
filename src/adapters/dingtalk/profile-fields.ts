import { z } from 'zod'

/** Empty where it is absent: whether such a person may come in is the membership's to say. No control characters, of which PostgreSQL keeps no NUL, and no half characters, which would all be stored as one. */
export const unionId = z
  .string()
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u)
  .nullish()
  .transform((text) => text?.trim() ?? '')

export const nick = z
  .string()
  .nullish()
  .transform((text) => text ?? '')

/** An address that can be shown as a picture; anything else counts as none. */
export const avatarUrl = z
  .unknown()
  .optional()
  .transform((value) => {
    if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value)) return null
    const url = new URL(value)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null
  })
