import { parseArgs } from 'node:util'
import { config as loadDotenv } from 'dotenv'
import { connectDingTalk } from '../adapters/dingtalk/connect-dingtalk.js'
import { type Config, ConfigError, readConfig } from '../config/config.js'
import { AppError, DingTalkError } from '../errors.js'

const USAGE = 'Usage: npm run check-config [-- --online]'
/** No code and no person has this name: DingTalk answers "unknown" where all else is in order. */
const NOBODY = 'check-config'

/** Checks the settings without listening; with `--online` DingTalk's side of them too. Gives the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { online: { type: 'boolean', default: false } } })
  const config = readConfig(process.env)
  console.log(`The settings are in order.\n\n${consoleInstructions(config)}`)
  return values.online ? checkOnline(config) : 0
}

/** What to enter in DingTalk's developer console. */
function consoleInstructions({ publicUrl, dingtalk, membership }: Config): string {
  const permissions = [
    ...(dingtalk.flow === 'oauth2' ? ['Contact.User.Read (个人信息读权限), for the login application'] : []),
    ...(membership.audience === 'members'
      ? [
          `qyapi_get_member (成员信息读权限), for the application ${membership.appKey}; its contact scope: the whole organisation`,
        ]
      : []),
  ]
  return [
    `Paste into DingTalk's developer console, for the application ${dingtalk.appId}:`,
    `  callback address (回调地址 / 重定向URL): ${publicUrl}/callback`,
    `  domain (回调域名): ${new URL(publicUrl).host}`,
    '',
    'Permissions that are needed:',
    ...(permissions.length > 0 ? permissions : ['none']).map((line) => `  ${line}`),
    '',
    dingtalk.flow === 'oauth2'
      ? 'An application of the oauth2 flow must have a released version (版本管理与发布).'
      : 'DINGTALK_FLOW is qrconnect: applications made today need oauth2.',
  ].join('\n')
}

async function checkOnline(config: Config): Promise<number> {
  const { appKey, appSecret } = config.membership
  const { flow, directory, close } = connectDingTalk({ ...config.dingtalk, directory: { appKey, appSecret } })
  console.log("\nAsking DingTalk, from this machine's address:")
  const login = await report('login application: id, secret, clock', flow.profileFor(NOBODY), 'code_rejected')
  const isAsked = config.membership.audience === 'members'
  const lookup = isAsked ? await report('directory: app token, permission', directory.standingOf(NOBODY)) : true
  close()
  return login && lookup ? 0 : 1
}

/** Prints how a question to DingTalk went; `expected` is the error that means that all is well. */
async function report(what: string, answer: Promise<unknown>, expected?: string): Promise<boolean> {
  const error = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const isFine = error === undefined || (error instanceof AppError && error.code === expected)
  console.log(`  ${isFine ? 'in order' : 'FAULT   '}  ${what}`)
  if (!isFine) console.log(`            ${explain(error)}`)
  return isFine
}

function explain(error: unknown): string {
  if (!(error instanceof DingTalkError)) throw error
  const { call, upstreamCode, setting } = error.failure
  return `${setting ? `look at ${setting}` : error.publicMessage} (${call} answered ${upstreamCode})`
}

loadDotenv({ quiet: true })
main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    const isUsage = error instanceof TypeError && 'code' in error
    console.error(error instanceof ConfigError ? error.message : isUsage ? `${error.message}\n${USAGE}` : error)
    process.exitCode = isUsage ? 2 : 1
  },
)
