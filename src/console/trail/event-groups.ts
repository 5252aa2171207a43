import type { AuditEvent } from '../../services/audit-events.js'

/** The events of the trail as people look for them. One may be in two groups. */
export const eventGroups = {
  logins: ['login_succeeded', 'console_entered'],
  refusals: ['login_refused', 'application_refused', 'console_refused', 'membership_unconfirmed', 'profile_unread'],
  sessions: ['session_ended', 'application_told_of_logout', 'application_not_told_of_logout'],
  changes: [
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
    'config_checked',
    'audit_exported',
  ],
  applications: ['application_entered', 'application_refused'],
  others: ['work_email_of_another', 'audit_dropped'],
} as const satisfies Record<string, readonly AuditEvent[]>

export type EventGroup = keyof typeof eventGroups

const names = Object.keys(eventGroups)

export function isEventGroup(name: string): name is EventGroup {
  return names.includes(name)
}

/** The events that this choice of the filter stands for: a group, or one event. */
export function eventsOf(choice: string | null): readonly string[] | undefined {
  if (!choice) return undefined
  return isEventGroup(choice) ? eventGroups[choice] : [choice]
}
