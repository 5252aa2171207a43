import { type Command, InvalidArgumentError } from 'commander'
import { addExamples } from './help.js'

/** `check-config`: the settings, judged without listening. */
export function addCheckConfigCommand(program: Command): void {
  const command = program
    .command('check-config')
    .description('check every setting, and print what to paste into DingTalk’s console')
    .option('--online', 'ask DingTalk too')
    .option('--env-file <file>', 'read this file instead of .env', readFileName)
    .option('--json', 'print for programs')
    .action(async (options: { online?: boolean; envFile?: string; json?: boolean }) => {
      const { checkConfig } = await import('./check-config.js')
      process.exitCode = await checkConfig(options)
    })
  addExamples(command, [
    'check-config',
    'check-config --online',
    'check-config --env-file /etc/dingtalk-login.env --json',
  ])
}

function readFileName(name: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError('It is given twice.')
  if (name === '') throw new InvalidArgumentError('It needs the name of a file.')
  return name
}
