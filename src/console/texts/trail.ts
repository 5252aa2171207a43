import type { ErrorCode } from '../../errors.js'
import type { Language } from '../../pages/texts.js'
import type { EndReason } from '../../services/audit.js'
import type { AuditEvent } from '../../services/audit-events.js'
import type { EventGroup } from '../trail/event-groups.js'
import { trailTextsEn } from './trail.en.js'
import { trailTextsZh } from './trail.zh.js'

export interface TrailTexts {
  person: string
  personHint: string
  application: string
  event: string
  anyEvent: string
  by: string
  from: string
  to: string
  show: string
  clear: string
  quick: Record<'today' | 'yesterday' | 'week' | 'quarter', string>
  quickLabel: string
  yesterdaysRefusals: string
  csv: string
  zone(zone: string): string
  columns: { time: string; event: string; person: string; application: string; outcome: string; from: string }
  wentWell: string
  /** Who did it in the console. */
  doneBy(name: string): string
  nobody(text: string): string
  choose: string
  empty: { title: string; text: string }
  notKept: { title: string; text: string }
  wentBackTo: string
  newest: string
  older: string
  pages: string
  details: {
    title: string
    record: string
    code: string
    session: string
    request: string
    address: string
    device: string
    userAgent: string
    more: string
    changes: string
    field: string
    before: string
    after: string
    back: string
    administrator: string
    gone: string
  }
  groups: Record<EventGroup, string>
  events: Record<AuditEvent, string>
  /** Why something ended or was refused, where the page that the person saw has no words for an operator. */
  reasons: Record<
    | EndReason
    | Extract<ErrorCode, 'not_permitted' | 'login_declined' | 'attempt_missing' | 'dingtalk_misconfigured'>
    | 'expired',
    string
  >
}

/** The texts of the audit trail. */
export const trailTexts: Record<Language, TrailTexts> = { en: trailTextsEn, zh: trailTextsZh }
