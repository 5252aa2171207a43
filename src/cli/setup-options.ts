import type { Command } from 'commander'
import { Option } from 'commander'

/** As commander gives them. */
export interface SetupOptions {
  yes?: boolean
  language?: 'zh' | 'en'
  flow?: 'oauth2' | 'qrconnect'
  appId?: string
  appSecretFile?: string
  /** Refused: only there to say why. */
  appSecret?: string
  corpAppKey?: string
  corpAppSecretFile?: string
  corpId?: string
  publicUrl?: string
  frontendUrl?: string
  audience?: 'members' | 'anyone'
  directory?: boolean
  /** `true` where no address is given. */
  emulator?: string | true
  output?: string
  force?: boolean
  offline?: boolean
  json?: boolean
}

/** What can be said to `setup` beforehand. */
export function addSetupOptions(command: Command): Command {
  return command
    .addOption(new Option('--language <language>', 'what it speaks; else it asks').choices(['zh', 'en']))
    .option('--output <file>', 'write this file instead of .env')
    .option('--offline', 'do not ask DingTalk whether all of it holds')
    .option('--yes', 'ask nothing: take what the options below say')
    .addOption(
      new Option('--flow <flow>', 'the kind of application; oauth2 without it').choices(['oauth2', 'qrconnect']),
    )
    .option('--app-id <id>', 'Client ID, AppKey or appId')
    .option('--app-secret-file <file>', 'holds its secret; - is standard input; else DINGTALK_APP_SECRET counts')
    .addOption(new Option('--app-secret <secret>', 'refused: everybody on the machine would see it').hideHelp())
    .option('--corp-app-key <id>', 'the application that reads the directory, where it is another')
    .option('--corp-app-secret-file <file>', 'holds its secret; else DINGTALK_CORP_APP_SECRET counts')
    .option('--corp-id <id>', 'the organisation, which is tried too')
    .option('--public-url <url>', 'the address of this server for browsers; http://localhost:8000 without it')
    .option('--frontend-url <url>', 'where people land; the account page without it')
    .addOption(new Option('--audience <who>', 'who gets in; members without it').choices(['members', 'anyone']))
    .option('--directory', 'read real names and departments')
    .option('--emulator [url]', 'the emulator in the place of DingTalk; http://localhost:9000 without an address')
    .option('--force', 'replace the file that is there; a copy is kept, and its other settings')
    .option('--json', 'print for programs')
}
