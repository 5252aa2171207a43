import type { LogFields } from '../log.js'
import type { AuditEntry } from './audit-trail.js'

/** All that the audit trail can tell. */
export const auditEvents = [
  'login_begun',
  'login_succeeded',
  'login_refused',
  'session_ended',
  'membership_unconfirmed',
  'profile_unread',
  'work_email_of_another',
  'account_disabled',
  'account_enabled',
  'account_deleted',
  'accounts_imported',
  'accounts_exported',
  'administrator_made',
  'administrator_unmade',
  'handle_given',
  'application_added',
  'application_changed',
  'application_secret_rotated',
  'application_removed',
  'group_added',
  'group_changed',
  'group_removed',
  'application_entered',
  'application_refused',
  'application_told_of_logout',
  'application_not_told_of_logout',
  'console_entered',
  'console_refused',
  'config_checked',
  'audit_exported',
  'audit_dropped',
] as const

export type AuditEvent = (typeof auditEvents)[number]

/** What was changed: the fields that differ, as they were and as they are. Never a secret or its hash. */
export interface Changes {
  before: object
  after: object
}

/** What the trail is told of an event: the fields of its line in their places, with what the line does not have. */
export function entryOf(event: AuditEvent, fields: LogFields, more: Record<string, unknown> = {}): AuditEntry {
  const { userId, application, administratorId, sessionId, requestId, ip, userAgent, ...rest } = fields
  const { code, error, reason, failure, ...others } = rest
  const details = Object.entries({ ...others, ...more }).filter(([, value]) => value !== undefined && value !== null)
  return {
    event,
    outcome: text(code ?? error ?? reason ?? failure),
    userId: text(userId),
    application: text(application),
    administratorId: text(administratorId),
    sessionId: text(sessionId),
    requestId: text(requestId),
    ip: text(ip),
    userAgent: text(userAgent),
    details: details.length > 0 ? Object.fromEntries(details) : null,
  }
}

function text(value: LogFields[string]): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
