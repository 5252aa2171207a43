import type { z } from 'zod'
import { ConfigError, schemas } from './config.js'

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

function readAlone<T>(environment: Record<string, string | undefined>, name: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(environment[name]?.trim() || undefined)
  if (parsed.success) return parsed.data
  throw new ConfigError(parsed.error.issues.map(({ message }) => ({ setting: name, problem: message })))
}
