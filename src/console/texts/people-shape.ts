import type { Reason } from '../../services/group-index.js'

/** What has just been done, as the address of a page says it. */
export const doings = [
  'disabled',
  'already-disabled',
  'enabled',
  'already-enabled',
  'session-ended',
  'session-gone',
  'sessions-ended',
  'admin-made',
  'admin-already',
  'admin-unmade',
] as const
export type Doing = (typeof doings)[number]

export interface PeopleTexts {
  search: string
  searchHint: string
  find: string
  filters: Record<'all' | 'disabled' | 'administrators', string>
  list: string
  found: (text: string) => string
  columns: Record<'person' | 'username' | 'lastLogin' | 'sessions' | 'state', string>
  disabled: string
  administrator: string
  cutOff: string
  pages: string
  first: string
  next: string
  empty: Record<'all' | 'disabled' | 'administrators' | 'found', { title: string; text: string }>
  facts: Record<
    | 'username'
    | 'nick'
    | 'name'
    | 'handle'
    | 'email'
    | 'title'
    | 'jobNumber'
    | 'departments'
    | 'roles'
    | 'groups'
    | 'applications'
    | 'userid'
    | 'unionId'
    | 'id'
    | 'firstLogin'
    | 'imported'
    | 'lastLogin'
    | 'read',
    string
  >
  none: string
  /** Who has never logged in. */
  notYet: string
  unread: string
  why: (kind: Reason['kind'], name: string) => string
  sessions: string
  noSessions: string
  sessionColumns: Record<'device' | 'address' | 'begun' | 'lastSeen' | 'end', string>
  end: string
  endOf: (device: string) => string
  endAll: string
  history: string
  noHistory: string
  historyColumns: Record<'when' | 'what' | 'outcome' | 'where', string>
  wholeTrail: string
  account: string
  reason: string
  reasonHint: string
  disable: string
  disableHint: string
  disabledSince: string
  enable: string
  makeAdmin: string
  makeAdminHint: string
  unmakeAdmin: string
  byAdmins: string
  oneself: string
  done: Record<Doing, string>
}
