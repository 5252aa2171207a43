import { OperatorError } from '../errors.js'
import type { Language } from '../pages/texts.js'
import { confirmFile, type Draft, textOf } from './draft.js'
import { writeEnvFile } from './env-writer.js'
import type { PresentFile } from './present-file.js'

/** Where the settings go. */
export interface Target {
  path: string
  /** What is replaced there; undefined where nothing is. */
  present: PresentFile | undefined
}

/** What was written. */
export interface Outcome {
  path: string
  /** The copy of what stood there. */
  copy: string | undefined
  isUnchanged: boolean
}

/**
 * Writes the settings, once the project's own reader finds in the file what was to be written.
 * @throws {OperatorError} where it cannot be written; then all is as it was
 */
export function writeSettings({ path, present }: Target, draft: Draft, language: Language): Outcome {
  const text = textOf(draft, language)
  if (present?.text === text) return { path, copy: undefined, isUnchanged: true }
  try {
    const copy = writeEnvFile({
      ...{ path, text, replaces: present?.text },
      confirm: (written) => confirmFile(written, draft),
    })
    return { path, copy, isUnchanged: false }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new OperatorError(`${path} cannot be written: ${error.message}`)
  }
}
