import { CommanderError } from 'commander'
import { AppError, OperatorError } from '../errors.js'
import { paint } from './style.js'

/** What went wrong, for programs. */
interface Failure {
  /** `wrong_usage`, `not_done`, `wrong_settings`, a code of `errorTable`, or `internal` for a bug. */
  error: string
  message: string
  /** One by one, where there are several. */
  faults?: unknown
}

/** Says on standard error what went wrong: as one JSON document for programs. Returns the exit code. */
export function reportFailure(error: unknown, asJson: boolean): number {
  const isUsage = error instanceof CommanderError
  if (isUsage && error.exitCode === 0) return 0
  if (asJson) console.error(JSON.stringify(failureOf(error)))
  // The parser has told people already what it did not understand.
  else if (!isUsage) console.error(textOf(error))
  return isUsage ? 2 : 1
}

function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return { error: 'wrong_usage', message: error.message.replace(/^error: /, '') }
  if (error instanceof AppError) return { error: error.code, message: `DATABASE_URL: ${error.detail}` }
  if (!(error instanceof OperatorError)) return { error: 'internal', message: stackOf(error) }
  const { name, message } = error
  return {
    error: name === 'ConfigError' ? 'wrong_settings' : 'not_done',
    message,
    ...('faults' in error && { faults: error.faults }),
  }
}

/** The first line says what; further ones, each fault. */
function textOf(error: unknown): unknown {
  if (!(error instanceof AppError || error instanceof OperatorError)) return error
  const [first = '', ...more] = failureOf(error).message.split('\n').map(withoutControls)
  return [paint('fault', first, process.stderr), ...more].join('\n')
}

/** What a file says of itself must not steer an operator's terminal. */
function withoutControls(line: string): string {
  return line.replace(/\p{Cc}/gu, ' ')
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
