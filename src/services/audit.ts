import { AppError, type ErrorCode } from '../errors.js'
import { bugFields, errorFields, type LogFields } from '../log.js'
import type { Metrics } from '../metrics.js'

/** Who asks: the request's name in the log, the address it came from, and what its browser calls itself. */
export interface Client {
  requestId: string
  ip: string
  userAgent: string
}

/** Why a session ended. */
export type EndReason = 'logout' | 'replaced' | 'left' | 'ended_by_owner' | 'ended_by_operator' | 'account_disabled'

type AuditEvent =
  | 'login_begun'
  | 'login_succeeded'
  | 'login_refused'
  | 'session_ended'
  | 'membership_unconfirmed'
  | 'profile_unread'
  | 'work_email_of_another'
  | 'account_disabled'
  | 'account_enabled'
  | 'application_added'
  | 'application_changed'
  | 'application_secret_rotated'
  | 'application_removed'
  | 'group_added'
  | 'group_changed'
  | 'group_removed'
  | 'application_entered'
  | 'application_refused'
  | 'application_told_of_logout'
  | 'application_not_told_of_logout'

/** Where the trail is written: a logger. */
interface Log {
  info(fields: object): void
  warn(fields: object, message?: string): void
  error(fields: object, message: string): void
}

interface Options {
  log: Log
  metrics?: Metrics | undefined
}

/** The audit trail: one function for each event, which writes its line and moves its counter. */
export class Audit {
  readonly #log: Log
  readonly #metrics: Metrics | undefined

  constructor({ log, metrics }: Options) {
    this.#log = log
    this.#metrics = metrics
  }

  loginBegun(client: Client): void {
    this.#write('login_begun', client)
    this.#metrics?.loginBegun()
  }

  loginSucceeded(client: Client, userId: string): void {
    this.#write('login_succeeded', client, { userId })
    this.#metrics?.login('succeeded')
  }

  loginRefused(client: Client, error: AppError): void {
    this.#write('login_refused', client, errorFields(error))
    this.#metrics?.login(error.code)
  }

  /** `client` is who ended it; undefined for the operator's command. */
  sessionEnded(client: Client | undefined, session: { userId: string; sessionId: string; reason: EndReason }): void {
    this.#write('session_ended', client, session)
  }

  /** A browser brought the sessions of several users, and counts as signed out. */
  sessionsOfSeveralUsers({ requestId, ip, userAgent }: Client, userIds: string[]): void {
    const userList = userIds.join(' ')
    this.#log.warn(
      { requestId, ip, userAgent, userIds: userList },
      'session cookies of several people: nobody is signed in',
    )
  }

  /** Sessions that reached their idle or maximal age and were removed. */
  sessionsExpired(count: number): void {
    this.#write('session_ended', undefined, { reason: 'expired', count })
  }

  /** The directory could not say whether somebody inside is still a member. */
  membershipUnconfirmed(userId: string, error: unknown): void {
    if (error instanceof AppError) {
      this.#log.warn({ event: 'membership_unconfirmed' satisfies AuditEvent, userId, ...errorFields(error) })
    } else this.#log.error({ userId, ...bugFields(error) }, 'a person could not be looked up')
  }

  /** The directory could not say what it knows of somebody: what was known before is left as it is. */
  profileUnread(person: { userId: string | undefined; userid: string }, error: unknown): void {
    if (error instanceof AppError) {
      this.#log.warn({ event: 'profile_unread' satisfies AuditEvent, ...person, ...errorFields(error) })
    } else this.#log.error({ ...person, ...bugFields(error) }, 'the profile of a person could not be read')
  }

  /** The organisation has assigned a mailbox that was somebody else's: this person is not given its address. */
  workEmailOfAnother(userId: string): void {
    this.#log.warn({ event: 'work_email_of_another' satisfies AuditEvent, userId })
  }

  /** Somebody has a mailbox of EMAIL_DOMAIN: from now on nobody is given an address that is made up. */
  emailDomainTaken(): void {
    this.#log.error(
      { setting: 'EMAIL_DOMAIN' },
      'somebody has a mailbox of this domain: no address of it is made up any more, and the next start is refused',
    )
  }

  /** An application has been told who is signed in. */
  applicationEntered(client: Client, entered: { userId: string; sessionId: string; application: string }): void {
    this.#write('application_entered', client, entered)
  }

  /** `error` is OAuth's code or ours; `at`, which of the provider's addresses, or `verify`. */
  applicationRefused(
    client: Client,
    refused: Partial<Record<'application' | 'userId' | 'error' | 'detail' | 'at', string | undefined>>,
  ): void {
    this.#write('application_refused', client, refused)
  }

  /** `sid` is the application's name for the session that has ended. */
  applicationToldOfLogout(told: { application: string; userId: string; sid: string }): void {
    this.#write('application_told_of_logout', undefined, told)
  }

  /** It was away for too long; `failure` is a word for why. */
  applicationNotToldOfLogout(untold: { application: string; userId: string; sid: string; failure: string }): void {
    this.#log.warn({ event: 'application_not_told_of_logout' satisfies AuditEvent, ...untold })
  }

  accountDisabled(userId: string): void {
    this.#write('account_disabled', undefined, { userId })
  }

  accountEnabled(userId: string): void {
    this.#write('account_enabled', undefined, { userId })
  }

  applicationAdded(application: string): void {
    this.#write('application_added', undefined, { application })
  }

  applicationChanged(application: string, fields: string[]): void {
    this.#write('application_changed', undefined, { application, fields: fields.join(' ') })
  }

  applicationSecretRotated(application: string, { endOld }: { endOld: boolean }): void {
    this.#write('application_secret_rotated', undefined, { application, endOld })
  }

  applicationRemoved(application: string): void {
    this.#write('application_removed', undefined, { application })
  }

  groupAdded(group: string): void {
    this.#write('group_added', undefined, { group })
  }

  groupChanged(group: string, fields: string[]): void {
    this.#write('group_changed', undefined, { group, fields: fields.join(' ') })
  }

  groupRemoved(group: string): void {
    this.#write('group_removed', undefined, { group })
  }

  #write(event: AuditEvent, client: Client | undefined, fields: LogFields & { code?: ErrorCode } = {}): void {
    this.#log.info({ event, ...(client && fieldsOf(client)), ...fields })
  }
}

/** By name: a client's fields may be worked out when they are read. */
function fieldsOf({ requestId, ip, userAgent }: Client): LogFields {
  return { requestId, ip, userAgent }
}
