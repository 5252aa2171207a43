import type { Command } from 'commander'
import { addExamples } from './help.js'
import { addSetupOptions, type SetupOptions } from './setup-options.js'

/** `setup`: asks for what a real DingTalk needs, tries it, writes `.env`. */
export function addSetupCommand(program: Command): void {
  const command = program.command('setup').description('ask for what DingTalk needs, try it, and write .env')
  addExamples(command, [
    'setup',
    'setup --yes --app-id dingabc --app-secret-file secret --public-url https://login.example.com',
    'setup --yes --emulator',
  ])
  addSetupOptions(command).action(async (options: SetupOptions) => {
    const { runSetup, SetupUsageError } = await import('./setup.js')
    try {
      process.exitCode = await runSetup(options)
    } catch (error) {
      if (!(error instanceof SetupUsageError)) throw error
      command.error(`error: ${error.message}`, { exitCode: 2 })
    }
  })
}
