import { resolve } from 'node:path'
import { USUAL_PORT } from '../config/cross-faults.js'
import type { Language } from '../pages/texts.js'
import { isLoopback } from '../services/loopback.js'
import type { Draft } from './draft.js'
import type { Outcome } from './finish.js'
import { nextCommand } from './next-command.js'
import type { SetupTexts } from './texts/shape.js'
import { setupTexts } from './texts/texts.js'

/** What there is to say once all is written. */
export interface LastWords {
  /** What was done. */
  done: string[]
  /** About how the server will be used. */
  remarks: string[]
  /** The commands to go on with, each with what leads to it. */
  commands: { words: string; command: string }[]
  /** What to open then, and do. */
  afterwards: string[]
  /** Where all else is said. */
  rest: string
}

interface Done {
  outcome: Outcome
  draft: Draft
  language: Language
}

/** The words at the end: what was written, and how to go on. */
export function lastWords({ outcome, draft: { settings, kept }, language }: Done): LastWords {
  const { end, trial } = setupTexts[language]
  const { path, copy, isUnchanged } = outcome
  const names = Object.keys(kept)
  const isEmulated = settings.DINGTALK_API_URL !== undefined && isLoopback(settings.DINGTALK_API_URL)
  const publicUrl = settings.PUBLIC_URL ?? ''
  return {
    done: [
      isUnchanged ? end.unchanged(path) : end.written(path),
      ...(resolve(path) === resolve('.env') ? [] : [end.elsewhere(path)]),
      ...(copy ? [end.copy(copy)] : []),
      ...(names.length > 0 ? [end.kept(names.join(', '))] : []),
    ],
    remarks: remarksOn({ ...kept, ...settings }, end, isEmulated),
    commands: [
      { words: end.goOn, command: nextCommand('start') },
      ...(isEmulated ? [{ words: end.emulator, command: nextCommand('emulator') }] : []),
    ],
    afterwards: [
      end.thenOpen(`${publicUrl}/login`),
      ...(isEmulated ? [] : [trial.notTried]),
      end.administrator,
      `  ${nextCommand('users make-admin NAME')}`,
    ],
    rest: end.rest,
  }
}

function remarksOn(settings: Readonly<Record<string, string>>, end: SetupTexts['end'], isEmulated: boolean): string[] {
  const { NODE_ENV, PUBLIC_URL = '', PORT = USUAL_PORT, TRUST_PROXY } = settings
  const proxy = PUBLIC_URL.startsWith('https:') && TRUST_PROXY === undefined ? [end.proxy(PUBLIC_URL, PORT)] : []
  if (NODE_ENV === 'production') return [end.production, ...proxy]
  return isEmulated ? proxy : [...proxy, end.plainHttp]
}
