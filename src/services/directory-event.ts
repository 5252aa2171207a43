/** DingTalk's names for what may have happened in the organisation, as far as it matters here. */
export const eventTypes = [
  'user_add_org',
  'user_active_org',
  'user_modify_org',
  'user_leave_org',
  'label_user_change',
  'label_conf_add',
  'label_conf_modify',
  'label_conf_del',
  'org_dept_create',
  'org_dept_modify',
  'org_dept_remove',
] as const

export type EventType = (typeof eventTypes)[number] | 'other'

/** A hint that something has changed: what is true, the directory says. */
export interface DirectoryEvent {
  type: EventType
  /** The directory's names for the people whom it concerns. */
  userids: string[]
  departments: number[]
  roles: number[]
}

/**
 * What became of an event. `later`: it is to come again; `ignored`: it is about something else;
 * `unreadable`: it does not say whom it concerns.
 */
export const eventOutcomes = ['done', 'later', 'ignored', 'unreadable'] as const

export type EventOutcome = (typeof eventOutcomes)[number]

/** Why nothing more comes on a connection. */
export type ConnectionEnd = 'DingTalk asked for another one' | 'nothing came for too long' | 'it was closed'

/** Who is told of events, and of the connection that they come by. None of it rejects or throws. */
export interface EventListener {
  /** `lastHeardAt`: when anything last came on an earlier connection, in milliseconds since 1970. */
  connected(lastHeardAt: number | undefined): void
  disconnected(end: ConnectionEnd): void
  /** There is no connection, and will be another try. */
  notConnected(error: unknown): void
  /** Returns whether all that follows from it is done: else it is to come again. */
  happened(event: DirectoryEvent): Promise<boolean>
}

/** Where events come from. */
export interface EventSource {
  /** Connects, and connects again whenever that is needed, until `stop`. */
  start(listener: EventListener): void
  stop(): Promise<void>
  /**
   * The directory's names for those who left since then.
   * @throws {DingTalkError}
   */
  leaversSince(since: Date): Promise<string[]>
}
