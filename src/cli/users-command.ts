import type { Command } from 'commander'
import { addExamples } from './help.js'

interface Options {
  json?: boolean
}

interface DeleteOptions extends Options {
  yes?: boolean
  withTrail?: boolean
}

interface ImportOptions extends Options {
  dryRun?: boolean
}

const NAME = 'a username, an id or a unionid'

/** `users`: what an operator may do to people. */
export function addUsersCommand(program: Command): void {
  const users = program
    .command('users')
    .description(
      'people: list, show, disable, enable, end sessions, give handles, administrators, export, import, delete',
    )
  addExamples(users, ['users list', 'users show 张三 --json', 'users disable zhangsan', 'users make-admin zhangsan'])
  const add = (words: string, description: string) =>
    users.command(words).description(description).option('--json', 'print for programs')

  add('list', 'everybody who has logged in or was imported').action(async ({ json = false }: Options) =>
    (await import('./users.js')).listUsers(json),
  )
  add('show', 'one person, their groups and their sessions')
    .argument('<name>', NAME)
    .action(async (name: string, { json = false }: Options) => (await import('./show-user.js')).showUser(name, json))
  add('disable', 'no login any more; ends their sessions')
    .argument('<name>', NAME)
    .action(async (name: string, { json = false }: Options) => (await import('./users.js')).disableUser(name, json))
  add('enable', 'may log in again')
    .argument('<name>', NAME)
    .action(async (name: string, { json = false }: Options) => (await import('./users.js')).enableUser(name, json))
  add('end-sessions', 'log them out everywhere')
    .argument('<name>', NAME)
    .action(async (name: string, { json = false }: Options) => (await import('./users.js')).endSessions(name, json))
  add('make-admin', 'may open the console')
    .argument('<name>', NAME)
    .action(async (name: string, { json = false }: Options) =>
      (await import('./users.js')).makeAdministrator(name, json),
    )
  add('unmake-admin', 'may open the console no longer')
    .argument('<name>', NAME)
    .action(async (name: string, { json = false }: Options) =>
      (await import('./users.js')).unmakeAdministrator(name, json),
    )
  add('export', 'everybody as JSON lines, for import into another database')
    .argument('[file]', 'a new file; standard output otherwise')
    .action(async (file: string | undefined, { json = false }: Options) =>
      (await import('./users-export.js')).exportUsers(file, json),
    )
  add('import', 'brings people in by their unionids, whether they have come yet or not')
    .argument('<file>', 'JSON lines; - for standard input')
    .option('--dry-run', 'say what would be done, and do nothing')
    .action(async (file: string, options: ImportOptions) =>
      (await import('./users-import.js')).importUsers(file, options),
    )
  add('delete', 'takes somebody out of the database, for good')
    .argument('<name>', NAME)
    .option('--yes', 'do not ask')
    .option('--with-trail', 'take addresses, devices and details out of their records of the audit trail, too')
    .action(async (name: string, options: DeleteOptions, command: Command) => {
      if (!options.yes && !process.stdin.isTTY) command.error('error: nobody can be asked here: say --yes')
      await (await import('./users-delete.js')).deleteUser(name, options)
    })
  add('set-handle', 'gives somebody their handle before their first login')
    .argument('<id>', 'a unionid, or the userid of the directory')
    .argument('<handle>', 'a-z, 0-9, dot, hyphen, underscore')
    .action(async (id: string, handle: string, { json = false }: Options) =>
      (await import('./users.js')).setHandle(id, handle, json),
    )
}
