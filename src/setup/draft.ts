import { type Config, ConfigError, readConfig } from '../config/config.js'
import type { ConfigFault } from '../config/cross-faults.js'
import { loadEnvFile } from '../config/env-file.js'
import { warningsOf } from '../config/warnings.js'
import { OperatorError } from '../errors.js'
import type { Language } from '../pages/texts.js'
import type { Answers } from './answers.js'
import { assignment, envText } from './env-text.js'
import { keptSettings, type Surroundings, settingsOf } from './settings.js'
import { setupTexts } from './texts/texts.js'

/** The settings as they are to be written. */
export interface Draft {
  /** That follow from the answers. */
  settings: Readonly<Record<string, string>>
  /** Of the env file that is there. */
  kept: Readonly<Record<string, string>>
}

/** The settings that follow from the answers, with those that are kept but for some. */
export function draftOf(answers: Answers, surroundings: Surroundings, leftOut: readonly string[] = []): Draft {
  const settings = settingsOf(answers, surroundings)
  const kept = Object.entries(keptSettings(surroundings.present, settings)).filter(([name]) => !leftOut.includes(name))
  return { settings, kept: Object.fromEntries(kept) }
}

/**
 * What is wrong with settings that would be kept; none where all can be.
 * @throws {ConfigError} where something else is wrong
 */
export function faultsOfKept({ settings, kept }: Draft): readonly ConfigFault[] {
  const unwritable = Object.entries(kept).flatMap(([setting, value]) => whyNotWritten(setting, value))
  try {
    readConfig({ ...kept, ...settings })
    return unwritable
  } catch (error) {
    if (!(error instanceof ConfigError) || error.faults.some(({ setting }) => !(setting in kept))) throw error
    return [...error.faults, ...unwritable]
  }
}

function whyNotWritten(setting: string, value: string): ConfigFault[] {
  try {
    assignment(setting, value)
    return []
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    return [{ setting, problem: error.message }]
  }
}

/** The configuration that a server with these settings alone would have. @throws {ConfigError} */
export function configOf({ settings, kept }: Draft): Config {
  return readConfig({ ...kept, ...settings })
}

/** The settings as the text of an env file. */
export function textOf({ settings, kept }: Draft, language: Language): string {
  const { written, before } = setupTexts[language].file
  return envText([
    { heading: written, settings },
    { heading: before, settings: kept },
  ])
}

/**
 * Reads a file back as the server will, and compares it with the settings that it was to hold.
 * @throws {OperatorError} where it says anything else, or cannot be used
 */
export function confirmFile(path: string, { settings, kept }: Draft): void {
  const environment: Record<string, string | undefined> = {}
  const file = loadEnvFile(environment, path)
  readConfig(environment, file)
  const expected = Object.entries({ ...kept, ...settings })
  const isSame =
    expected.length === Object.keys(environment).length &&
    expected.every(([name, value]) => environment[name] === value) &&
    file?.cutAtHash.length === 0
  if (!isSame) throw new OperatorError('The file does not hold what was written: nothing was changed.')
}

/** What is probably a mistake, with what this process's environment holds against the file. */
export async function warningsAbout(
  draft: Draft,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ConfigFault[]> {
  const values: Record<string, string> = { ...draft.kept, ...draft.settings }
  const warnings = await warningsOf(configOf(draft), values, { path: '.env', values, cutAtHash: [] })
  return [...warnings, ...overruled(values, environment)]
}

/** The environment wins over the file. */
function overruled(
  values: Record<string, string>,
  environment: Readonly<Record<string, string | undefined>>,
): ConfigFault[] {
  return Object.entries(values)
    .filter(([name, value]) => environment[name] && environment[name] !== value)
    .map(([setting]) => ({ setting, problem: 'is set in the environment of this shell too, which wins over the file' }))
}
