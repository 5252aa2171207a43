import { createHmac } from 'node:crypto'

const LENGTH = 16

/** Tells the secrets of SESSION_SECRETS apart, and says nothing of them: `use` keeps the labels of one use to itself. */
export function labelOf(secret: string, use: string): string {
  return createHmac('sha256', secret).update(`label: ${use}`).digest('base64url').slice(0, LENGTH)
}
