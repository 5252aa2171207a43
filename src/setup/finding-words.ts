import { checkTexts } from '../checks/check-texts.js'
import type { Finding, Question } from '../checks/dingtalk-check.js'
import { type Remedy, remedyOf } from '../checks/where-to-mend.js'
import type { Config } from '../config/config.js'
import type { Language } from '../pages/texts.js'
import { type Permission, permission } from '../paste/dingtalk-permissions.js'
import { isLoopback } from '../services/loopback.js'
import { nextCommand } from './next-command.js'
import { setupTexts } from './texts/texts.js'

/** How one question to DingTalk went, in words. */
export interface FindingWords {
  question: Question
  state: Finding['state']
  /** What was asked. */
  title: string
  /** Of a fault: what to do about it. */
  remedy?: Remedy
  /** Of what is not in order: what is the matter, and where it is mended. */
  lines: string[]
}

/** Without which DingTalk refuses the question. */
const permissions: Readonly<Partial<Record<Question, Permission>>> = {
  login: 'Contact.User.Read',
  directory: 'qyapi_get_member',
  departments: 'qyapi_get_department_list',
  inClient: 'qyapi_base',
}

/** Puts into words what `checkDingTalk` found. */
export function wordsOf(finding: Finding, config: Config, language: Language): FindingWords {
  const { question, state, error, host } = finding
  const { questions, departmentsAbsent, remedies } = checkTexts[language]
  const words = { question, state, title: questions[question] }
  if (state === 'absent') return { ...words, lines: [departmentsAbsent] }
  if (!error) return { ...words, lines: [] }

  const { trial } = setupTexts[language]
  const { call, upstreamCode, setting } = error.failure
  const remedy = remedyOf({ code: error.code, setting, upstreamCode })
  const url = host === 'DINGTALK_API_URL' ? config.dingtalk.apiUrl : config.dingtalk.oapiUrl
  const noEmulator = upstreamCode === 'ECONNREFUSED' && isLoopback(url)
  const needed = remedy === 'permission' ? permissions[question] : undefined
  const { title, where } = remedies[remedy]
  const lines = noEmulator ? [trial.noEmulator(url), `  ${nextCommand('emulator')}`] : [title, where]
  const permissionLines = needed ? [trial.missingPermission(permission(needed))] : []
  // Where no connection came about, nobody has answered.
  const detail = /^E[A-Z]+$/.test(upstreamCode) ? `(${call}: ${upstreamCode})` : trial.answered(call, upstreamCode)
  return { ...words, remedy, lines: [...lines, ...permissionLines, detail] }
}
