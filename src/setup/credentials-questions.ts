import { problemOf } from '../config/single-settings.js'
import type { Answers, Audience, Credentials } from './answers.js'
import { answersBefore } from './as-before.js'
import type { Interview } from './interview.js'
import { problemIn } from './problem-words.js'
import { setupTexts } from './texts/texts.js'

type Given = Pick<Answers, 'appId' | 'appSecret' | 'directoryApp' | 'corpId'>

interface Purpose {
  kind: 'oauth2' | 'qrconnect'
  audience: Audience
  production: boolean
  /** What was given before; else what the env file holds. */
  before?: Given
}

type Name = 'DINGTALK_APP_ID' | 'DINGTALK_APP_SECRET' | 'DINGTALK_CORP_ID'

/** Asks for id and secret of the application, of the one that reads the directory, and for the organisation. */
export async function askCredentials(at: Interview, purpose: Purpose): Promise<Given> {
  const { prompter, language } = at
  const texts = setupTexts[language]
  const { kind, audience, before = answersBefore(at.surroundings.present).given } = purpose
  const own = await askPair(at, purpose, {
    ...{ id: texts.appId[kind], secret: texts.appSecret[kind] },
    before: before?.appId === undefined ? undefined : before,
  })
  if (kind === 'oauth2') {
    const corpId = await prompter.ask({
      message: texts.corpId,
      remark: before?.corpId === undefined ? texts.leaveOut : undefined,
      fallback: before?.corpId ?? '',
      problemOf: judge(at, 'DINGTALK_CORP_ID', purpose),
    })
    return { ...own, directoryApp: undefined, corpId: corpId || undefined }
  }
  const corpId = before?.corpId
  if (audience === 'anyone') return { ...own, directoryApp: undefined, corpId }
  const directoryApp = await askPair(at, purpose, {
    ...{ id: texts.directoryAppId, secret: texts.directoryAppSecret },
    ...{ before: before?.directoryApp, isOptional: true },
  })
  return { ...own, directoryApp: directoryApp.appId === '' ? undefined : directoryApp, corpId }
}

interface Pair {
  id: string
  secret: string
  before: Credentials | undefined
  /** Enter gives '' for both. */
  isOptional?: boolean
}

async function askPair(
  at: Interview,
  purpose: Purpose,
  { id, secret, before, isOptional }: Pair,
): Promise<Credentials> {
  const { prompter, language } = at
  const texts = setupTexts[language]
  const appId = await prompter.ask({
    message: id,
    remark: isOptional && !before ? texts.sameApplication : undefined,
    fallback: before?.appId ?? (isOptional ? '' : undefined),
    problemOf: judge(at, 'DINGTALK_APP_ID', purpose),
  })
  if (appId === '') return { appId, appSecret: '' }
  const mayBeEmpty = before?.appId === appId
  const appSecret = await prompter.askSecret({
    message: secret,
    remark: mayBeEmpty ? texts.keepSecret : undefined,
    mayBeEmpty,
    problemOf: judge(at, 'DINGTALK_APP_SECRET', purpose),
  })
  return { appId, appSecret: appSecret === '' && mayBeEmpty ? before.appSecret : appSecret }
}

function judge({ language }: Interview, name: Name, { production }: Purpose) {
  return (text: string): string | undefined => {
    const problem = problemOf(name, text, { production })
    return problem === undefined ? undefined : problemIn(problem, language)
  }
}
