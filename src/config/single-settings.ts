import type { z } from 'zod'
import { ConfigError, schemas } from './config.js'

type Shape = typeof schemas.development.shape

/**
 * One setting alone, for commands that need nothing else.
 * @throws {ConfigError}
 */
export function readSetting(
  environment: Record<string, string | undefined>,
  name: 'DATABASE_URL' | 'PUBLIC_URL' | 'DINGTALK_PROFILE',
): string {
  return readAlone(environment, name, schemas.development.shape[name])
}

/**
 * SESSION_SECRETS alone, newest first.
 * @throws {ConfigError}
 */
export function readSecrets(environment: Record<string, string | undefined>): string[] {
  return readAlone(environment, 'SESSION_SECRETS', schemas.development.shape.SESSION_SECRETS)
}

/**
 * AUDIT_RETENTION alone, in milliseconds; as usual where it cannot be read: no command fails for it.
 */
export function readAuditRetention(environment: Record<string, string | undefined>): number {
  const schema = schemas.development.shape.AUDIT_RETENTION
  const parsed = schema.safeParse(environment.AUDIT_RETENTION?.trim() || undefined)
  return parsed.success ? parsed.data : schema.parse(undefined)
}

/** What is wrong with this value of a setting; undefined where nothing is, as far as it shows alone. */
export function problemOf(name: keyof Shape, value: string, { production }: { production: boolean }) {
  const schema: z.ZodType = schemas[production ? 'production' : 'development'].shape[name]
  return schema.safeParse(value.trim() || undefined).error?.issues[0]?.message
}

/** ADMINS alone. @throws {ConfigError} */
export function readAdmins(environment: Record<string, string | undefined>): string[] {
  return readAlone(environment, 'ADMINS', schemas.development.shape.ADMINS)
}

function readAlone<T>(environment: Record<string, string | undefined>, name: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(environment[name]?.trim() || undefined)
  if (parsed.success) return parsed.data
  throw new ConfigError(parsed.error.issues.map(({ message }) => ({ setting: name, problem: message })))
}
