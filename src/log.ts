import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import { type AppError, DingTalkError, type ErrorCode } from './errors.js'

/**
 * Fields of a log line. None may hold a code, state, secret, cookie, token, signature, query string or mobile number.
 */
export type LogFields = Record<string, string | number | boolean | null | undefined>

/** Where lines go: pino is one, and so is what an application of one's own has. */
export interface Logger {
  info(fields: LogFields, message?: string): void
  warn(fields: LogFields, message?: string): void
  error(fields: LogFields, message?: string): void
}

/** Structured lines, one JSON object each: control characters are escaped and cannot break a line. */
export function createLogger(level: string, destination?: DestinationStream): PinoLogger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination ?? pino.destination(1))
}

/** What the log says of a refused request: our code, and DingTalk's where it had one. */
export function errorFields(error: AppError): LogFields & { code: ErrorCode } {
  const { code, detail, userId } = error
  if (!(error instanceof DingTalkError)) return { code, detail, userId }
  const { call, upstreamCode, setting } = error.failure
  return { code, call, upstreamCode, setting }
}

/**
 * What the log says of a bug. Its message stays out: it can quote what came in.
 * The frames of the stack name files of this program only.
 */
export function bugFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { code: 'internal', bug: typeof error }
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  const errorCode = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { code: 'internal', bug: error.name, errorCode, stack: frames.join('\n') }
}
