import { z } from 'zod'

/**
 * Empty where it is absent: the membership decides whether to let such a person in.
 *
 * Control characters are refused because PostgreSQL cannot store NUL, and lone surrogates because all of them would be
 * stored as the same character.
 */
export const unionId = z
  .string()
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u)
  .nullish()
  .transform((text) => text?.trim() ?? '')

/** Empty where it is absent. */
export const nick = z
  .string()
  .nullish()
  .transform((text) => text ?? '')

/** The address of a picture that a page can show; null for anything else. */
export const avatarUrl = z
  .unknown()
  .optional()
  .transform((value) => {
    if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value)) return null
    const url = new URL(value)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null
  })
