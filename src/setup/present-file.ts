import { readFileSync } from 'node:fs'
import { parseEnvFile } from '../config/env-file.js'
import { OperatorError } from '../errors.js'
import { lookAt } from './env-writer.js'

/** An env file that is there already. */
export interface PresentFile {
  text: string
  /** Its settings, without empty ones. */
  values: Readonly<Record<string, string>>
}

/**
 * Reads the env file that is there; undefined where none is.
 * @throws {OperatorError} where it is no file of its own, or cannot be read
 */
export function readPresent(path: string): PresentFile | undefined {
  if (!lookAt(path)) return undefined
  const text = readText(path)
  const set = Object.entries(parseEnvFile(path, text).values).filter(([, value]) => value.trim() !== '')
  return { text, values: Object.fromEntries(set) }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new OperatorError(`${path} cannot be read (${String(error.code)}).`)
  }
}
