import type { Command } from 'commander'
import { addExamples } from './help.js'

/** `backup FILE`: a copy of the SQLite file, whether or not a server runs. */
export function addBackupCommand(program: Command): void {
  const backup = program
    .command('backup')
    .description('copy the SQLite database into a new file, while the server runs too')
    .argument('<file>', 'where to; a file that is there is left alone')
    .option('--json', 'print for programs')
    .action(async (file: string, { json = false }: { json?: boolean }) =>
      (await import('./backup.js')).backUp(file, json),
    )
  addExamples(backup, ['backup /var/backups/login.db'])
}
