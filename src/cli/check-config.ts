import { checkDingTalk, type Question } from '../checks/dingtalk-check.js'
import { type Config, readConfig } from '../config/config.js'
import type { ConfigFault } from '../config/cross-faults.js'
import { type EnvFile, loadEnvFile } from '../config/env-file.js'
import { warningsOf } from '../config/warnings.js'
import { type DingTalkError, OperatorError } from '../errors.js'
import { DEPARTMENTS_ABSENT, DEPARTMENTS_QUESTION, directoryPermissions } from './check-directory.js'
import { EVENTS_QUESTION, eventsInstructions, eventsPermissions } from './check-events.js'
import { CORP_ID_QUESTION, IN_CLIENT_QUESTION, inClientInstructions, inClientPermissions } from './check-in-client.js'

interface Options {
  /** Asks DingTalk too. */
  online?: boolean
  /** Read instead of `.env`. */
  envFile?: string
}

/**
 * Checks the settings without listening; with `online` DingTalk's side of them too. Returns the exit code.
 * @throws {OperatorError} with all faults of the settings
 */
export async function checkConfig({ online, envFile: path }: Options): Promise<number> {
  const envFile = loadSettings(path)
  const config = readConfig(process.env, envFile)
  const warnings = await warningsOf(config, process.env, envFile)
  console.log(warnings.length > 0 ? `${warningText(warnings)}\n` : 'The settings are in order.\n')
  console.log(consoleInstructions(config))
  return online ? checkOnline(config) : 0
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
  return ['The settings can be used, but probably not all of them are as you want them:', ...lines].join('\n')
}

/** What to enter in DingTalk's developer console. */
function consoleInstructions(config: Config): string {
  const { publicUrl, callbackUrl, dingtalk } = config
  const permissions = [
    ...(dingtalk.flow === 'oauth2' ? ['Contact.User.Read (个人信息读权限), for the login application'] : []),
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

/** Prints how each question to DingTalk went; returns the exit code. */
async function checkOnline(config: Config): Promise<number> {
  console.log("\nAsking DingTalk, from this machine's address:")
  let isFine = true
  for await (const finding of checkDingTalk(config)) {
    isFine &&= finding.state !== 'fault'
    console.log(`  ${finding.state === 'fault' ? 'FAULT   ' : finding.state.padEnd(8)}  ${questions[finding.question]}`)
    if (finding.state === 'absent') console.log(`            ${DEPARTMENTS_ABSENT}`)
    if (finding.error) console.log(`            ${explain(finding.error, finding.host)}`)
  }
  return isFine ? 0 : 1
}

const questions: Readonly<Record<Question, string>> = {
  login: 'login application: id, secret, clock',
  directory: 'directory: app token, permission',
  departments: DEPARTMENTS_QUESTION,
  inClient: IN_CLIENT_QUESTION,
  organisation: CORP_ID_QUESTION,
  events: EVENTS_QUESTION,
}

/** How a connection fails, in words that go on from the name of the setting. */
const connectionFailures: Readonly<Record<string, string>> = {
  ENOTFOUND: 'names a host that does not resolve: is it spelled right, and does this machine reach a DNS server?',
  EAI_AGAIN: 'names a host that does not resolve now: does this machine reach a DNS server?',
  ECONNREFUSED: 'names a port at which nothing listens',
  EHOSTUNREACH: 'names a host that this machine cannot reach',
  ENETUNREACH: 'names a host that this machine cannot reach',
}

function explain(error: DingTalkError, host: string): string {
  const { call, upstreamCode, setting } = error.failure
  const connection = connectionFailures[upstreamCode]
  if (connection) return `${host} ${connection} (${call}: ${upstreamCode})`
  return `${setting ? `look at ${setting}` : error.publicMessage} (${call} answered ${upstreamCode})`
}
