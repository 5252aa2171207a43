import type { Command } from 'commander'

interface ApplyOptions {
  json?: boolean
  prune?: boolean
  dryRun?: boolean
  secretsFile?: string
}

/** `export` and `apply`, which are the same within `apps` and `groups`: one file has both. */
export function addAccessCommands(add: (words: string, description: string) => Command): void {
  add('export', 'all applications and groups as a file for apply').action(async ({ json }: { json?: boolean }) =>
    (await import('./access-export.js')).exportAccess(json),
  )
  add('apply', 'make applications and groups those of a YAML file, all at once or not at all')
    .argument('<file>')
    .option('--prune', 'remove what its sections, applications and groups, do not have')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--secrets-file <file>', 'a file to make for new secrets, which nobody else can read')
    .action(async (file: string, options: ApplyOptions) =>
      (await import('./access-apply.js')).applyAccess(file, options),
    )
}
