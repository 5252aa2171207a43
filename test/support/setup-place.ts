import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadEnvFile } from '../../src/config/env-file.js'
import { type Emulator, startEmulator } from '../../src/emulator/emulator.js'
import type { Language } from '../../src/pages/texts.js'
import { setUpAtTerminal } from '../../src/setup/at-terminal.js'
import { TypedTerminal } from './typed-terminal.js'
import { CleanUp } from './world.js'

/** An empty folder in which an operator sets the server up, and the emulator in the place of DingTalk. */
export interface SetupPlace extends AsyncDisposable {
  dingtalk: Emulator
  directory: string
  /** Where the settings go. */
  file: string
  /** The names of DingTalk's hosts: with them the emulator counts as the real one. */
  hosts: Record<string, string>
  /** What the file holds. */
  written(): Record<string, string>
  /** Sits down at a terminal. */
  sitDown(options?: {
    language?: Language
    path?: string
    environment?: Record<string, string>
    prefersEmulator?: boolean
    columns?: number
  }): {
    terminal: TypedTerminal
    stop: AbortController
    /** Gives the exit code. */
    ended: Promise<number>
  }
}

export async function createSetupPlace(): Promise<SetupPlace> {
  const cleanUp = new CleanUp()
  const dingtalk = await startEmulator()
  cleanUp.defer(() => dingtalk.close())
  const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  cleanUp.defer(() => rmSync(directory, { recursive: true }))
  const file = path.join(directory, '.env')
  const hosts = Object.fromEntries(['LOGIN', 'OAPI', 'API'].map((name) => [`DINGTALK_${name}_URL`, dingtalk.url]))
  return {
    ...{ dingtalk, directory, file, hosts },
    written: () => ({ ...loadEnvFile({}, file)?.values }),
    sitDown: ({ language = 'en', path = file, environment = hosts, prefersEmulator = false, columns } = {}) => {
      const terminal = new TypedTerminal(columns)
      const stop = new AbortController()
      const common = { terminal, stop, environment, language, path, prefersEmulator }
      return { terminal, stop, ended: setUpAtTerminal({ ...common, emulatorUrl: dingtalk.url, offline: false }) }
    },
    [Symbol.asyncDispose]: () => cleanUp.run(),
  }
}
