import { problemOf } from '../config/single-settings.js'
import type { Answers, Audience } from './answers.js'
import { emulatorCredentials } from './settings.js'

type Settings = Readonly<Record<string, string>>

/** What an env file that is there answers already: where it does not, the usual. */
export interface Before {
  kind: 'oauth2' | 'qrconnect'
  publicUrl: string
  audience: Audience
  /** Undefined where there are none, or the emulator's. */
  given: Pick<Answers, 'appId' | 'appSecret' | 'directoryApp' | 'corpId'> | undefined
}

/** The answers that an env file holds. */
export function answersBefore(present: Settings): Before {
  const given = givenIn(present)
  const { DINGTALK_FLOW: flow, DINGTALK_AUDIENCE: audience, DINGTALK_PROFILE: profile } = present
  return {
    kind: given && flow !== 'oauth2' ? 'qrconnect' : 'oauth2',
    publicUrl: new URL(usable('PUBLIC_URL', present) ?? 'http://localhost:8000').origin,
    audience: audience === 'anyone' ? 'anyone' : profile === 'directory' ? 'directory' : 'members',
    given,
  }
}

/** Where people land who are given no front end: as before, or where they see that the login went well. */
export function usualFrontendUrl(publicUrl: string, present: Settings): string {
  const before = usable('FRONTEND_URL', present)
  const isAccountPage = before === accountPage(answersBefore(present).publicUrl)
  return before === undefined || isAccountPage ? accountPage(publicUrl) : before
}

const accountPage = (publicUrl: string) => `${publicUrl}/account`

function givenIn(present: Settings): Before['given'] {
  const { DINGTALK_APP_ID: appId, DINGTALK_APP_SECRET: appSecret, DINGTALK_CORP_ID: corpId } = present
  if (!appId || !appSecret || appId === emulatorCredentials.appId) return undefined
  const { DINGTALK_CORP_APP_KEY: key, DINGTALK_CORP_APP_SECRET: secret } = present
  return { appId, appSecret, directoryApp: key && secret ? { appId: key, appSecret: secret } : undefined, corpId }
}

/** A setting as it is, where it can be used. */
function usable(name: 'PUBLIC_URL' | 'FRONTEND_URL', present: Settings): string | undefined {
  const value = present[name]
  return value !== undefined && problemOf(name, value, { production: false }) === undefined ? value : undefined
}
