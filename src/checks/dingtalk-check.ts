import { connectDingTalk } from '../adapters/dingtalk/connect-dingtalk.js'
import type { Config } from '../config/config.js'
import { AppError, DingTalkError } from '../errors.js'

/** No code and no person has this name: DingTalk answers "unknown" where all else is in order. */
const NOBODY = 'check-config'

/** What DingTalk is asked, in this order, as far as the settings need it. */
export type Question = 'login' | 'directory' | 'departments' | 'inClient' | 'organisation' | 'events'

/** How one question went: `absent` and `not said` are no faults. */
export interface Finding {
  question: Question
  state: 'in order' | 'absent' | 'not said' | 'fault'
  /** What DingTalk refused, where it is a fault. */
  error?: DingTalkError
  /** The setting that names the host that was asked. */
  host: HostSetting
}

type HostSetting = 'DINGTALK_OAPI_URL' | 'DINGTALK_API_URL'

interface Step {
  question: Question
  host: HostSetting
  ask(): Promise<unknown>
  /** The error that means that all is well. */
  expected?: string
}

/** Asks DingTalk whether it is set up as these settings want it, one question after the other, until the signal says stop. */
export async function* checkDingTalk(config: Config, signal?: AbortSignal): AsyncGenerator<Finding> {
  const { appKey, appSecret } = config.membership
  const connected = connectDingTalk({ ...config.dingtalk, directory: { appKey, appSecret } })
  // Whoever stops does not wait for an answer that is long in coming.
  const close = () => connected.close()
  signal?.addEventListener('abort', close, { once: true })
  try {
    for (const step of stepsOf(config, connected)) {
      if (signal?.aborted) return
      yield await take(step)
    }
  } finally {
    signal?.removeEventListener('abort', close)
    close()
  }
}

function stepsOf({ dingtalk, membership }: Config, connected: ReturnType<typeof connectDingTalk>): Step[] {
  const { flow, directory, clientLogin } = connected
  const { corpId } = dingtalk
  const oapi = 'DINGTALK_OAPI_URL'
  const api = 'DINGTALK_API_URL'
  const loginHost = dingtalk.flow === 'oauth2' ? api : oapi
  const expected = 'code_rejected'
  const steps: (Step | false | undefined)[] = [
    { question: 'login', host: loginHost, ask: () => flow.profileFor(NOBODY), expected },
    membership.audience === 'members' && { question: 'directory', host: oapi, ask: () => directory.standingOf(NOBODY) },
    membership.hasProfiles && { question: 'departments', host: oapi, ask: () => directory.mayReadDepartments() },
    dingtalk.inClient && { question: 'inClient', host: oapi, ask: () => clientLogin.profileFor(NOBODY), expected },
    corpId !== undefined && { question: 'organisation', host: api, ask: () => connected.confirmOrganisation(corpId) },
    dingtalk.hasEvents && { question: 'events', host: api, ask: () => connected.tryEvents() },
  ]
  return steps.filter((step) => step !== undefined && step !== false)
}

async function take({ question, host, ask, expected }: Step): Promise<Finding> {
  try {
    const said = await ask()
    const isAbsent = question === 'departments' && said === false
    return { question, host, state: isAbsent ? 'absent' : said === 'not said' ? 'not said' : 'in order' }
  } catch (error) {
    if (error instanceof AppError && error.code === expected) return { question, host, state: 'in order' }
    if (!(error instanceof DingTalkError)) throw error
    return { question, host, state: 'fault', error }
  }
}
