import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Application } from './application.js'

const SECRET_BYTES = 32

/** A new secret: 256 random bits, in characters that need no encoding anywhere. */
export function makeSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/**
 * What is kept of a secret: its SHA-256 as base64url. A slow hash protects what people choose; of 256 random bits
 * nobody finds the right ones by trying, however fast each try is.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'base64url')
}

/** Whether the text can be what `hashSecret` makes. */
export function isSecretHash(text: string): boolean {
  return /^[\w-]{43}$/.test(text)
}

type Secrets = Pick<Application, 'secretHash' | 'previousSecretHash' | 'previousSecretUntil'>

/**
 * Whether this is the application's secret, or the one before it while that counts; never where it has none. Takes as
 * long whether it fits or not. `now` is in milliseconds since 1970.
 */
export function fitsSecret(application: Secrets, secret: string, now: number): boolean {
  const { secretHash, previousSecretHash, previousSecretUntil } = application
  const hash = hashSecret(secret)
  const fitsCurrent = isSame(hash, secretHash)
  const fitsPrevious = isSame(hash, previousSecretHash)
  return fitsCurrent || (fitsPrevious && previousSecretUntil !== null && previousSecretUntil.getTime() > now)
}

function isSame(hash: string, kept: string | null): boolean {
  return kept !== null && kept.length === hash.length && timingSafeEqual(Buffer.from(hash), Buffer.from(kept))
}
