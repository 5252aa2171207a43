import { Command } from 'commander'
import { ownVersion } from '../version.js'
import { addAppsCommand } from './apps-command.js'
import { addBackupCommand } from './backup-command.js'
import { addCheckConfigCommand } from './check-config-command.js'
import { reportFailure } from './failures.js'
import { addGroupsCommand } from './groups-command.js'
import { addExamples } from './help.js'
import { addKeysCommand } from './keys-command.js'
import { addSetupCommand } from './setup-command.js'
import { hasColours, paint } from './style.js'
import { addUsersCommand } from './users-command.js'

const EXIT_CODES = '\nExit codes: 0 done, 1 not done, 2 wrong usage.'

/** Runs the command that these arguments name, and sets the exit code: 0 done, 1 not done, 2 wrong usage. */
export async function runProgram(args: string[]): Promise<void> {
  leaveWhenNobodyReads()
  const isForPrograms = args.includes('--json')
  try {
    await createProgram({ isForPrograms }).parseAsync(args.length > 0 ? args : ['--help'], { from: 'user' })
  } catch (error) {
    process.exitCode = reportFailure(error, isForPrograms)
  }
}

/** All commands. Each loads its own code when it is run. `isForPrograms`: what is not understood is told by the caller. */
export function createProgram({ isForPrograms = false }: { isForPrograms?: boolean } = {}): Command {
  const program = new Command('dingtalk-login')
    .description('A login server: people scan a DingTalk code and are in.')
    .version(ownVersion())
    .addHelpText('afterAll', EXIT_CODES)
    .showHelpAfterError()
    .exitOverride()
    .configureHelp({ styleTitle: (title) => paint('heading', title) })
    .configureOutput({
      getOutHasColors: () => hasColours(process.stdout),
      getErrHasColors: () => hasColours(process.stderr),
      outputError: (text, write) => write(paint('fault', text.trimEnd(), process.stderr).concat('\n')),
      ...(isForPrograms && { writeErr: () => {} }),
    })
  addExamples(program, [
    'demo',
    'setup',
    'check-config --online',
    'start',
    'users list',
    'apps show grafana --for grafana',
  ])
  program
    .command('start')
    .description('run the server, with the settings of the environment and .env')
    .action(async () => (await import('../main.js')).startUntilStopped())
  addSetupCommand(program)
  addCheckConfigCommand(program)
  addUsersCommand(program)
  addKeysCommand(program)
  addAppsCommand(program)
  addGroupsCommand(program)
  addBackupCommand(program)
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

/** One who has read enough, such as `head`, must not make a failure of it. */
function leaveWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: Error & { code?: string }) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
