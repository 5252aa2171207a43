import { Command, CommanderError } from 'commander'
import { AppError, OperatorError } from '../errors.js'
import { ownVersion } from '../version.js'
import { addAppsCommand } from './apps-command.js'
import { addCheckConfigCommand } from './check-config-command.js'
import { addGroupsCommand } from './groups-command.js'
import { addKeysCommand } from './keys-command.js'
import { addUsersCommand } from './users-command.js'

const EXIT_CODES = '\nExit codes: 0 done, 1 not done, 2 wrong usage.'

/** Runs the command that these arguments name, and sets the exit code: 0 done, 1 not done, 2 wrong usage. */
export async function runProgram(args: string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    process.exitCode = exitCodeOf(error)
    // The parser has said already what it did not understand.
    if (!(error instanceof CommanderError)) console.error(explain(error))
  }
}

/** All commands. Each loads its own code when it is run. */
export function createProgram(): Command {
  const program = new Command('dingtalk-login')
    .description('A login server: people scan a DingTalk code and are in.')
    .version(ownVersion())
    .addHelpText('afterAll', EXIT_CODES)
    .showHelpAfterError()
    .exitOverride()
  program
    .command('start')
    .description('run the server, with the settings of the environment and .env')
    .action(async () => (await import('../main.js')).startUntilStopped())
  addCheckConfigCommand(program)
  addUsersCommand(program)
  addKeysCommand(program)
  addAppsCommand(program)
  addGroupsCommand(program)
  program
    .command('emulator')
    .description('run the DingTalk emulator alone, on EMULATOR_PORT (9000)')
    .action(async () => (await import('../emulator/main.js')).runEmulator())
  program
    .command('demo')
    .description('run the emulator, the server and a front end that uses it, on this machine alone')
    .option('--with-history', 'make up ninety days of logins first, to see in the console')
    .action(async ({ withHistory = false }: { withHistory?: boolean }) =>
      (await import('../demo/main.js')).runDemo({ withHistory }),
    )
  return program
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof CommanderError)) return 1
  return error.exitCode === 0 ? 0 : 2
}

function explain(error: unknown): unknown {
  if (error instanceof OperatorError) return error.message
  if (error instanceof AppError) return `DATABASE_URL: ${error.detail}`
  return error
}
