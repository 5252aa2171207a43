import { randomBytes } from 'node:crypto'
import { EMULATOR_APP } from '../config/credentials.js'
import { USUAL_PORT } from '../config/cross-faults.js'
import { problemOf } from '../config/single-settings.js'
import { isLoopback } from '../services/loopback.js'
import type { Answers } from './answers.js'

type Settings = Readonly<Record<string, string>>

/** Where the settings come from that nobody is asked for. */
export interface Surroundings {
  /** Of the env file that is there. */
  present: Settings
  /** Of the process. */
  environment: Readonly<Record<string, string | undefined>>
  /** Where the emulator is, or will be. */
  emulatorUrl: string
}

const hosts = ['DINGTALK_LOGIN_URL', 'DINGTALK_OAPI_URL', 'DINGTALK_API_URL'] as const

/** What `setup` decides anew each time: whatever else an env file holds is kept. */
const decided: ReadonlySet<string> = new Set([
  ...['PUBLIC_URL', 'FRONTEND_URL', 'NODE_ENV', 'SESSION_SECRETS', ...hosts],
  ...['DINGTALK_FLOW', 'DINGTALK_APP_ID', 'DINGTALK_APP_SECRET', 'DINGTALK_AUDIENCE', 'DINGTALK_PROFILE'],
  ...['DINGTALK_CORP_APP_KEY', 'DINGTALK_CORP_APP_SECRET', 'DINGTALK_CORP_ID'],
])

/** The settings that follow from the answers. */
export function settingsOf(answers: Answers, surroundings: Surroundings): Settings {
  const { publicUrl, frontendUrl, kind, audience, directoryApp, corpId } = answers
  const { present } = surroundings
  const nodeEnv = isForProduction(answers, surroundings) ? 'production' : notProduction(present.NODE_ENV)
  return {
    ...portOf(publicUrl, present),
    PUBLIC_URL: publicUrl,
    FRONTEND_URL: frontendUrl,
    DINGTALK_FLOW: kind === 'emulator' ? 'oauth2' : kind,
    DINGTALK_APP_ID: answers.appId,
    DINGTALK_APP_SECRET: answers.appSecret,
    DINGTALK_AUDIENCE: audience === 'anyone' ? 'anyone' : 'members',
    ...(audience === 'directory' && { DINGTALK_PROFILE: 'directory' }),
    ...(directoryApp && {
      DINGTALK_CORP_APP_KEY: directoryApp.appId,
      DINGTALK_CORP_APP_SECRET: directoryApp.appSecret,
    }),
    ...(corpId !== undefined && { DINGTALK_CORP_ID: corpId }),
    ...hostsOf(kind, surroundings),
    SESSION_SECRETS: sessionSecret(present),
    ...(nodeEnv !== undefined && { NODE_ENV: nodeEnv }),
  }
}

/** What is kept of an env file: all that the answers do not decide. */
export function keptSettings(present: Settings, settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(present).filter(([name]) => !decided.has(name) && settings[name] === undefined),
  )
}

/** Whether browsers come by https to a server that has the real DingTalk: then nothing is only for development. */
export function isForProduction({ publicUrl, kind }: Pick<Answers, 'publicUrl' | 'kind'>, at: Surroundings): boolean {
  const isHere = (url: string) => URL.canParse(url) && isLoopback(url)
  return publicUrl.startsWith('https:') && !Object.values(hostsOf(kind, at)).some(isHere)
}

/** DingTalk's hosts, where they are not the usual ones: as the environment names them, else as before. */
export function hostsOf(
  kind: Answers['kind'],
  { present, environment, emulatorUrl }: Surroundings,
): Record<string, string> {
  if (kind === 'emulator') return Object.fromEntries(hosts.map((name) => [name, emulatorUrl]))
  const named = hosts.map((name): [string, string | undefined] => [name, environment[name] || realHost(present[name])])
  return Object.fromEntries(named.filter((host): host is [string, string] => host[1] !== undefined))
}

/** A copy of the example names the emulator, which is not meant where somebody has a real application. */
function realHost(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) && !isLoopback(url) ? url : undefined
}

/** The credentials that the emulator knows. */
export const emulatorCredentials = { appId: EMULATOR_APP.id, appSecret: EMULATOR_APP.secret }

/** The secrets that are there, which keeps everybody signed in, unless they are weak; else a new one. */
function sessionSecret({ SESSION_SECRETS: present }: Settings): string {
  const isGood = present !== undefined && problemOf('SESSION_SECRETS', present, { production: true }) === undefined
  return isGood ? present : randomBytes(32).toString('hex')
}

/** The port to listen on: where browsers come without a proxy, it is the address's, unless that was there before. */
function portOf(publicUrl: string, present: Settings): Settings {
  // What is wrong with it is said with all other faults.
  if (!URL.canParse(publicUrl)) return {}
  const { protocol, port } = new URL(publicUrl)
  if (protocol !== 'http:' || !isLoopback(publicUrl) || publicUrl === present.PUBLIC_URL) return {}
  if (port === USUAL_PORT && present.PORT === undefined) return {}
  return { PORT: port || '80' }
}

function notProduction(nodeEnv: string | undefined): string | undefined {
  return nodeEnv?.toLowerCase() === 'production' ? undefined : nodeEnv
}
