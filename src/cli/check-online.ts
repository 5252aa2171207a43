import { checkDingTalk, type Finding, type Question } from '../checks/dingtalk-check.js'
import type { Config } from '../config/config.js'
import type { DingTalkError } from '../errors.js'
import { DEPARTMENTS_ABSENT, DEPARTMENTS_QUESTION } from './check-directory.js'
import { EVENTS_QUESTION } from './check-events.js'
import { CORP_ID_QUESTION, IN_CLIENT_QUESTION } from './check-in-client.js'
import { type Meaning, paint } from './style.js'

/** How one question to DingTalk went, in words. */
export interface Answer {
  question: Question
  state: Finding['state']
  /** What is absent or at fault, and where to look. */
  words: string | null
}

/** Asks DingTalk, one question after the other. */
export async function* askDingTalk(config: Config): AsyncGenerator<Answer> {
  for await (const { question, state, error, host } of checkDingTalk(config)) {
    const words = error ? explain(error, host) : state === 'absent' ? DEPARTMENTS_ABSENT : null
    yield { question, state, words }
  }
}

/** An answer for people. */
export function answerText({ question, state, words }: Answer): string {
  const shown = paint(meanings[state], (state === 'fault' ? 'FAULT' : state).padEnd(8))
  return `  ${shown}  ${questions[question]}${words === null ? '' : `\n            ${words}`}`
}

const meanings: Readonly<Record<Finding['state'], Meaning>> = {
  'in order': 'done',
  absent: 'warning',
  'not said': 'hint',
  fault: 'fault',
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
