import type { Language } from '../../pages/texts.js'
import type { By } from '../overview/slots.js'
import { overviewTextsEn } from './overview.en.js'
import { overviewTextsZh } from './overview.zh.js'

export interface OverviewTexts {
  signedIn: string
  loginsToday: string
  refusalsToday: string
  seeThem: string
  sessions: string
  attention: string
  nothing: string
  refusalsOfToday(count: number): string
  /** Events of the last day that somebody should look at. */
  toLookAt: Record<
    'application_not_told_of_logout' | 'audit_dropped' | 'work_email_of_another',
    (count: number) => string
  >
  warnings(count: number): string
  by: Record<By, string>
  shown: Record<'logins' | 'dingtalk', string>
  view: string
  zone(zone: string): string
  charts: {
    logins: string
    succeeded: string
    refused: string
    refusedByDingTalk: string
    loginsSummary(logins: number, refusals: number): string
    reasons: string
    reason: string
    count: string
    people: string
    peopleSummary(most: number): string
    latency: string
    median: string
    p95: string
    latencySummary(calls: number, median: string): string
    perCall: string
    call: string
    calls: string
    failures: string
    applications: string
    application: string
    entered: string
    refusedThere: string
    asTable: string
    time: string
    nothing: string
    ms(ms: number): string
    slower: string
  }
  health: {
    title: string
    good: string
    failing: string
    over: string
    since(time: string): string
    overSince(from: string, time: string): string
    people(people: number, times: number): string
    where: string
    look: string
    answered(call: string, code: string): string
    lookedBackTo(time: string): string
    /** After a setting was changed. */
    restart: string
    checkNow: string
  }
  check: {
    title: string
    intro: string
    running: string
    late: string
    back: string
    again: string
    question: string
    outcome: string
  }
  empty: { title: string; text: string; settings: string; documentation: string }
}

/** The texts of the overview. */
export const overviewTexts: Record<Language, OverviewTexts> = { en: overviewTextsEn, zh: overviewTextsZh }
