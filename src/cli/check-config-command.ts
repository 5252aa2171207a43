import { type Command, InvalidArgumentError } from 'commander'

/** `check-config`: the settings, judged without listening. */
export function addCheckConfigCommand(program: Command): void {
  program
    .command('check-config')
    .description('check every setting, and print what to paste into DingTalk’s console')
    .option('--online', 'ask DingTalk too')
    .option('--env-file <file>', 'read this file instead of .env', readFileName)
    .action(async (options: { online?: boolean; envFile?: string }) => {
      const { checkConfig } = await import('./check-config.js')
      process.exitCode = await checkConfig(options)
    })
}

function readFileName(name: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError('It is given twice.')
  if (name === '') throw new InvalidArgumentError('It needs the name of a file.')
  return name
}
