import type { Language } from '../pages/texts.js'
import { guessLanguage } from '../setup/language.js'
import { printResult } from './print.js'
import { givenAnswers, SetupUsageError } from './setup-answers.js'
import type { SetupOptions } from './setup-options.js'

export { SetupUsageError }

/**
 * Sets the server up: asks whoever sits at the terminal, or takes what the options say. Returns the exit code.
 * @throws {SetupUsageError} where the options do not do
 * @throws {OperatorError} where the settings cannot be used or written
 */
export async function runSetup(options: SetupOptions): Promise<number> {
  const stop = new AbortController()
  const end = () => stop.abort()
  process.once('SIGINT', end).once('SIGTERM', end)
  try {
    return await (options.yes ? unattended(options, stop.signal) : atTerminal(options, stop))
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end)
  }
}

async function atTerminal(options: SetupOptions, stop: AbortController): Promise<number> {
  const { stdin: input, stdout: output } = process
  if (!input.isTTY || !output.isTTY)
    throw new SetupUsageError('there is no terminal to ask in: --yes takes what the options say')
  const unasked = Object.keys(options).filter((name) => !['language', 'output', 'offline', 'emulator'].includes(name))
  if (unasked.length > 0)
    throw new SetupUsageError('without --yes it asks: only --language, --output, --offline and --emulator go with that')
  const { setUpAtTerminal } = await import('../setup/at-terminal.js')
  return setUpAtTerminal({
    ...{ terminal: { input, output }, stop, ...surroundings(options) },
    language: options.language,
    prefersEmulator: options.emulator !== undefined,
  })
}

async function unattended(options: SetupOptions, signal: AbortSignal): Promise<number> {
  const language: Language = options.language ?? guessLanguage(process.env)
  const { setUpUnattended } = await import('../setup/unattended.js')
  const { Stopped } = await import('../setup/stopped.js')
  try {
    const { exitCode, ...result } = await setUpUnattended({
      ...{
        answersFrom: (present) => givenAnswers(options, process.env, present),
        signal,
        language,
        force: options.force ?? false,
      },
      ...surroundings(options),
    })
    printResult(result, options.json ?? false)
    return exitCode
  } catch (error) {
    if (error instanceof Stopped) return 1
    throw error
  }
}

function surroundings({ output = '.env', offline = false, emulator }: SetupOptions) {
  const { EMULATOR_PUBLIC_URL, EMULATOR_PORT } = process.env
  const usual = EMULATOR_PUBLIC_URL || `http://localhost:${EMULATOR_PORT || '9000'}`
  return {
    ...{ path: output, offline, environment: process.env },
    emulatorUrl: typeof emulator === 'string' ? emulator : usual,
  }
}
