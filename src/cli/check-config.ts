import { connectDingTalk } from '../adapters/dingtalk/connect-dingtalk.js'
import { type Config, readConfig } from '../config/config.js'
import type { ConfigFault } from '../config/cross-faults.js'
import { type EnvFile, loadEnvFile } from '../config/env-file.js'
import { warningsOf } from '../config/warnings.js'
import { AppError, DingTalkError, OperatorError } from '../errors.js'
import { DEPARTMENTS_ABSENT, DEPARTMENTS_QUESTION, directoryPermissions } from './check-directory.js'
import { EVENTS_QUESTION, eventsInstructions, eventsPermissions } from './check-events.js'
import { CORP_ID_QUESTION, IN_CLIENT_QUESTION, inClientInstructions, inClientPermissions } from './check-in-client.js'

/** No code and no person has this name: DingTalk answers "unknown" where all else is in order. */
const NOBODY = 'check-config'

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

async function checkOnline(config: Config): Promise<number> {
  const { appKey, appSecret } = config.membership
  const connected = connectDingTalk({ ...config.dingtalk, directory: { appKey, appSecret } })
  const { flow, directory, clientLogin, close } = connected
  console.log("\nAsking DingTalk, from this machine's address:")
  const loginHost = config.dingtalk.flow === 'oauth2' ? 'DINGTALK_API_URL' : 'DINGTALK_OAPI_URL'
  const login = await report('login application: id, secret, clock', {
    answer: flow.profileFor(NOBODY),
    host: loginHost,
    expected: 'code_rejected',
  })
  const isAsked = config.membership.audience === 'members'
  const lookup =
    !isAsked ||
    (await report('directory: app token, permission', {
      answer: directory.standingOf(NOBODY),
      host: 'DINGTALK_OAPI_URL',
    }))
  const departments =
    !config.membership.hasProfiles ||
    (await report(DEPARTMENTS_QUESTION, {
      answer: directory.mayReadDepartments(),
      host: 'DINGTALK_OAPI_URL',
      absent: DEPARTMENTS_ABSENT,
    }))
  const inClient =
    !config.dingtalk.inClient ||
    (await report(IN_CLIENT_QUESTION, {
      answer: clientLogin.profileFor(NOBODY),
      host: 'DINGTALK_OAPI_URL',
      expected: 'code_rejected',
    }))
  const { corpId } = config.dingtalk
  const organisation =
    corpId === undefined ||
    (await report(CORP_ID_QUESTION, {
      answer: connected.confirmOrganisation(corpId),
      host: 'DINGTALK_API_URL',
    }))
  const events =
    !config.dingtalk.hasEvents ||
    (await report(EVENTS_QUESTION, { answer: connected.tryEvents(), host: 'DINGTALK_API_URL' }))
  close()
  return login && lookup && departments && inClient && organisation && events ? 0 : 1
}

interface Question {
  answer: Promise<unknown>
  /** The setting that names the host that is asked. */
  host: string
  /** The error that means that all is well. */
  expected?: string
  /** What is not to be had, and need not be, where the answer is no. */
  absent?: string
}

/** Prints how a question to DingTalk went; returns whether all is well enough. */
async function report(what: string, { answer, host, expected, absent }: Question): Promise<boolean> {
  const { said, error } = await answer.then(
    (value) => ({ said: value, error: undefined }),
    (thrown: unknown) => ({ said: undefined, error: thrown }),
  )
  const isFine = error === undefined || (error instanceof AppError && error.code === expected)
  const isAbsent = said === false && absent !== undefined
  const fine = isAbsent ? 'absent  ' : said === 'not said' ? 'not said' : 'in order'
  console.log(`  ${isFine ? fine : 'FAULT   '}  ${what}`)
  if (isAbsent) console.log(`            ${absent}`)
  if (!isFine) console.log(`            ${explain(error, host)}`)
  return isFine
}

/** How a connection fails, in words that go on from the name of the setting. */
const connectionFailures: Readonly<Record<string, string>> = {
  ENOTFOUND: 'names a host that does not resolve: is it spelled right, and does this machine reach a DNS server?',
  EAI_AGAIN: 'names a host that does not resolve now: does this machine reach a DNS server?',
  ECONNREFUSED: 'names a port at which nothing listens',
  EHOSTUNREACH: 'names a host that this machine cannot reach',
  ENETUNREACH: 'names a host that this machine cannot reach',
}

function explain(error: unknown, host: string): string {
  if (!(error instanceof DingTalkError)) throw error
  const { call, upstreamCode, setting } = error.failure
  const connection = connectionFailures[upstreamCode]
  if (connection) return `${host} ${connection} (${call}: ${upstreamCode})`
  return `${setting ? `look at ${setting}` : error.publicMessage} (${call} answered ${upstreamCode})`
}
