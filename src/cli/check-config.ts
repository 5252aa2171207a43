import { type Config, ConfigError, readConfig } from '../config/config.js'
import type { ConfigFault } from '../config/cross-faults.js'
import { type EnvFile, loadEnvFile } from '../config/env-file.js'
import { warningsOf } from '../config/warnings.js'
import { OperatorError } from '../errors.js'
import { permission } from '../paste/dingtalk-permissions.js'
import { directoryPermissions } from './check-directory.js'
import { eventsInstructions, eventsPermissions } from './check-events.js'
import { inClientInstructions, inClientPermissions } from './check-in-client.js'
import { type Answer, answerText, askDingTalk } from './check-online.js'
import { printJson } from './print.js'
import { paint } from './style.js'

interface Options {
  /** Asks DingTalk too. */
  online?: boolean
  /** Read instead of `.env`. */
  envFile?: string
  /** One document for programs, faults of the settings included. */
  json?: boolean
}

/**
 * Checks the settings without listening; with `online` DingTalk's side of them too. Returns the exit code.
 * @throws {OperatorError} with all faults of the settings, but for programs
 */
export async function checkConfig({ online = false, envFile: path, json = false }: Options): Promise<number> {
  const envFile = loadSettings(path)
  return json ? printForPrograms(envFile, online) : printForPeople(envFile, online)
}

async function printForPeople(envFile: EnvFile | undefined, online: boolean): Promise<number> {
  const config = readConfig(process.env, envFile)
  const warnings = await warningsOf(config, process.env, envFile)
  const verdict = warnings.length > 0 ? warningText(warnings) : paint('done', 'The settings are in order.')
  console.log(`${verdict}\n\n${consoleInstructions(config)}`)
  if (!online) return 0
  console.log("\nAsking DingTalk, from this machine's address:")
  let isFine = true
  for await (const answer of askDingTalk(config)) {
    isFine &&= answer.state !== 'fault'
    console.log(answerText(answer))
  }
  return isFine ? 0 : 1
}

/** The faults of the settings are what is asked for, not a failure to say it. */
async function printForPrograms(envFile: EnvFile | undefined, online: boolean): Promise<number> {
  const { config, faults } = configOrFaults(envFile)
  const warnings = config ? await warningsOf(config, process.env, envFile) : []
  const answers: Answer[] = []
  if (config && online) for await (const answer of askDingTalk(config)) answers.push(answer)
  const ok = config !== undefined && answers.every(({ state }) => state !== 'fault')
  const paste = config ? { callback: config.callbackUrl, text: consoleInstructions(config) } : null
  printJson({ ok, faults, warnings, console: paste, online: online && config ? answers : null })
  return ok ? 0 : 1
}

function configOrFaults(envFile: EnvFile | undefined): { config?: Config; faults: readonly ConfigFault[] } {
  try {
    return { config: readConfig(process.env, envFile), faults: [] }
  } catch (error) {
    if (error instanceof ConfigError) return { faults: error.faults }
    throw error
  }
}

/** @throws {OperatorError} where a file is named that cannot be read. */
function loadSettings(path: string | undefined): EnvFile | undefined {
  const file = loadEnvFile(process.env, path)
  if (path !== undefined && !file) throw new OperatorError(`There is no file ${path}.`)
  if (path !== undefined && file?.unreadable) throw new OperatorError(`${path} cannot be read (${file.unreadable}).`)
  return file
}

function warningText(warnings: readonly ConfigFault[]): string {
  const lines = warnings.map(({ setting, problem }) => `  ${setting}: ${problem}`)
  const verdict = 'The settings can be used, but probably not all of them are as you want them:'
  return [paint('warning', verdict), ...lines].join('\n')
}

/** What to enter in DingTalk's developer console. */
function consoleInstructions(config: Config): string {
  const { publicUrl, callbackUrl, dingtalk } = config
  const permissions = [
    ...(dingtalk.flow === 'oauth2' ? [`${permission('Contact.User.Read')}, for the login application`] : []),
    ...directoryPermissions(config),
    ...inClientPermissions(config),
    ...eventsPermissions(config),
  ]
  return [
    `Paste into DingTalk's developer console, for the application ${dingtalk.appId}:`,
    `  callback address (回调地址 / 重定向URL): ${callbackUrl}`,
    `  domain (回调域名): ${new URL(publicUrl).host}`,
    '',
    'Permissions that are needed:',
    ...(permissions.length > 0 ? permissions : ['none']).map((line) => `  ${line}`),
    '',
    dingtalk.flow === 'oauth2'
      ? 'An application of the oauth2 flow must have a released version (版本管理与发布).'
      : 'DINGTALK_FLOW is qrconnect: applications made today need oauth2.',
    ...inClientInstructions(config),
    ...eventsInstructions(config),
  ].join('\n')
}
