import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { labelOf } from '../services/secret-label.js'

const IV_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
const USE = 'signing key'

/** A text that is encrypted under several secrets, by their labels. */
export type Wrapped = Record<string, string>

/** Encrypts under each of these secrets; whoever has one of them can read it. `name` is bound to it: see `unwrap`. */
export function wrap(text: string, secrets: readonly string[], name: string): Wrapped {
  return Object.fromEntries(secrets.map((secret) => [labelOf(secret, USE), encrypt(text, secret, name)]))
}

/** The text, where one of these secrets can read it and it was wrapped under this name. */
export function unwrap(wrapped: Wrapped, secrets: readonly string[], name: string): string | undefined {
  for (const secret of secrets) {
    const sealed = wrapped[labelOf(secret, USE)]
    const text = sealed === undefined ? undefined : decrypt(sealed, secret, name)
    if (text !== undefined) return text
  }
  return undefined
}

/** Those of these secrets under which it is not encrypted yet. */
export function missingSecrets(wrapped: Wrapped, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => wrapped[labelOf(secret, USE)] === undefined)
}

function encrypt(text: string, secret: string, name: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(name))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

function decrypt(sealed: string, secret: string, name: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  try {
    const iv = bytes.subarray(0, IV_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), iv, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(name))
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

/** A key of its own for this use: https://www.rfc-editor.org/rfc/rfc5869. A secret has 32 characters or more. */
function keyOf(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `${USE}: wrapping`, KEY_BYTES))
}
