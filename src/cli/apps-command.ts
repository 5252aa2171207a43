import { type Command, Option } from 'commander'
import { type PasteTarget, pasteTargets } from '../paste/paste-targets.js'
import { addAccessCommands } from './access-command.js'
import type { SettingOptions } from './application-options.js'
import { addExamples } from './help.js'

interface Json {
  json?: boolean
}

interface ShowOptions extends Json {
  for?: PasteTarget
}

const ID = 'its client_id: a-z, 0-9 and -'

/** Makes a command within `apps`. */
type Add = (words: string, description: string) => Command

/** `apps`: the applications that people use with their login here. */
export function addAppsCommand(program: Command): void {
  const apps = program.command('apps').description('applications: add, list, show, change, rotate, remove, apply')
  addExamples(apps, [
    'apps add grafana --name Grafana --redirect-uri https://grafana.example.com/login/generic_oauth',
    'apps show grafana --for grafana',
    'apps change grafana --group engineers',
    'apps export > access.yaml',
    'apps apply access.yaml --dry-run',
  ])
  const add: Add = (words, description) =>
    apps.command(words).description(description).option('--json', 'print for programs')
  addReading(add)
  addWriting(add)
  addAccessCommands(add)
}

function addReading(add: Add): void {
  add('list', 'all applications').action(async ({ json }: Json) => (await import('./apps.js')).listApplications(json))
  add('show', 'one application')
    .argument('<id>')
    .addOption(new Option('--for <program>', 'print the settings to paste into that program').choices(pasteTargets))
    .action(async (id: string, options: ShowOptions) => (await import('./apps.js')).showApplication(id, options))
}

function addWriting(add: Add): void {
  withSettings(add('add', 'a new application; prints its secret, once').argument('<id>', ID))
    .requiredOption('--name <name>', 'what people call it')
    .action(async (id: string, options: SettingOptions & Json & { name: string }) =>
      (await import('./apps.js')).addApplication(id, options),
    )
  withRemovals(withSettings(add('change', 'change what is given, and leave the rest').argument('<id>')))
    .option('--name <name>', 'what people call it')
    .action(async (id: string, options: SettingOptions & Json) =>
      (await import('./apps.js')).changeApplication(id, options),
    )
  add('rotate-secret', 'a new secret; the old one counts for a day more')
    .argument('<id>')
    .option('--now', 'the old one counts no longer')
    .action(async (id: string, options: Json & { now?: boolean }) =>
      (await import('./apps.js')).rotateSecret(id, options),
    )
  add('remove', 'people cannot log in there any more')
    .argument('<id>')
    .action(async (id: string, { json }: Json) => (await import('./apps.js')).removeApplication(id, json))
}

function withSettings(command: Command): Command {
  const kind = (flag: string, description: string, ...others: string[]) =>
    new Option(flag, description).conflicts(others)
  return command
    .option('--redirect-uri <uri...>', 'where people come back to; exact')
    .addOption(kind('--confidential', 'it keeps a secret: what is usual', 'public', 'proxy'))
    .addOption(kind('--public', 'it cannot keep a secret: PKCE alone', 'confidential', 'proxy'))
    .addOption(kind('--proxy', 'a host behind /verify', 'confidential', 'public'))
    .addOption(kind('--everyone', 'everyone may use it: what is usual', 'group'))
    .addOption(kind('--group <name...>', 'these groups alone may use it', 'everyone'))
    .option('--allow-http', 'take http addresses of other machines than this one')
    .option('--post-logout-redirect-uri <uri...>', 'where people go after a logout; exact')
    .option('--backchannel-logout-uri <uri>', 'where the end of a session is announced')
    .option('--open-url <url>', 'where people open it')
    .option('--logo-url <url>', 'its picture')
    .option('--description <sentence>', 'what it is for, in a sentence')
    .addOption(
      new Option('--username-claim <claim>', 'its preferred_username: the handle is usual').choices([
        'handle',
        'username',
      ]),
    )
    .option('--refresh-tokens', 'give it refresh tokens when it asks for offline_access')
    .option('--scope <scope...>', 'a scope beyond the usual ones: dingtalk')
}

function withRemovals(command: Command): Command {
  return command
    .option('--no-redirect-uri', 'take them away, for a proxy')
    .option('--no-post-logout-redirect-uri', 'take them away')
    .option('--no-backchannel-logout-uri', 'take it away')
    .option('--no-open-url', 'take it away')
    .option('--no-logo-url', 'take it away')
    .option('--no-description', 'take it away')
    .option('--no-refresh-tokens', 'give it none')
    .option('--no-scope', 'take them away')
}
