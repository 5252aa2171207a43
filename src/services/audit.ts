import { AppError } from '../errors.js'
import { bugFields, errorFields, type LogFields } from '../log.js'
import type { Changes } from './audit-events.js'
import { AuditLines, type Client, changed, type Options as LineOptions } from './audit-lines.js'
import type { Actor, AuditFilter } from './audit-trail.js'
import type { Metrics } from './metrics.js'

export type { Client } from './audit-lines.js'

/** Why a session ended. */
export type EndReason = 'logout' | 'replaced' | 'left' | 'ended_by_owner' | 'ended_by_operator' | 'account_disabled'

interface Options extends LineOptions {
  metrics?: Metrics | undefined
}

/** The audit trail: one function for each event, which writes its line, tells the database and moves its counter. */
export class Audit {
  readonly #options: Options
  readonly #lines: AuditLines
  readonly #log: Options['log']
  readonly #metrics: Metrics | undefined

  constructor(options: Options) {
    this.#options = options
    this.#lines = new AuditLines(options)
    this.#log = options.log
    this.#metrics = options.metrics
  }

  /** The same for what an administrator does in the console: each event says who, and from where. */
  as(actor: Actor): Audit {
    return new Audit({ ...this.#options, actor })
  }

  loginBegun(client: Client): void {
    this.#lines.count('login_begun', client)
    this.#metrics?.loginBegun()
  }

  loginSucceeded(client: Client, userId: string): void {
    this.#lines.write('login_succeeded', client, { fields: { userId } })
    this.#metrics?.login('succeeded')
  }

  loginRefused(client: Client, error: AppError): void {
    this.#lines.write('login_refused', client, { fields: errorFields(error) })
    this.#metrics?.login(error.code)
  }

  /** `client` is who ended it; undefined for the operator's command. */
  sessionEnded(client: Client | undefined, session: { userId: string; sessionId: string; reason: EndReason }): void {
    this.#lines.write('session_ended', client, { fields: session })
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
    this.#lines.write('session_ended', undefined, { fields: { reason: 'expired', count }, times: count })
  }

  /** The directory could not say whether somebody inside is still a member. */
  membershipUnconfirmed(userId: string, error: unknown): void {
    if (error instanceof AppError) {
      this.#lines.warn('membership_unconfirmed', { userId, ...errorFields(error) })
    } else this.#log.error({ userId, ...bugFields(error) }, 'a person could not be looked up')
  }

  /** The directory could not say what it knows of somebody: what was known before is left as it is. */
  profileUnread(person: { userId: string | undefined; userid: string }, error: unknown): void {
    if (error instanceof AppError) {
      this.#lines.warn('profile_unread', { ...person, ...errorFields(error) })
    } else this.#log.error({ ...person, ...bugFields(error) }, 'the profile of a person could not be read')
  }

  /** The organisation has assigned a mailbox that was somebody else's: this person is not given its address. */
  workEmailOfAnother(userId: string): void {
    this.#lines.warn('work_email_of_another', { userId })
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
    this.#lines.write('application_entered', client, { fields: entered })
  }

  /** `error` is OAuth's code or ours; `at`, which of the provider's addresses, or `verify`. */
  applicationRefused(
    client: Client,
    refused: Partial<Record<'application' | 'userId' | 'error' | 'detail' | 'at', string | undefined>>,
  ): void {
    this.#lines.write('application_refused', client, { fields: refused })
  }

  /** `sid` is the application's name for the session that has ended. */
  applicationToldOfLogout(told: { application: string; userId: string; sid: string }): void {
    this.#lines.write('application_told_of_logout', undefined, { fields: told })
  }

  /** It was away for too long; `failure` is a word for why. */
  applicationNotToldOfLogout(untold: { application: string; userId: string; sid: string; failure: string }): void {
    this.#lines.warn('application_not_told_of_logout', untold)
  }

  /** `why` is the administrator's sentence, which is kept in the database alone. */
  accountDisabled(userId: string, why?: string): void {
    this.#lines.write('account_disabled', undefined, { fields: { userId }, more: { why } })
  }

  /** Undefined: somebody who was deleted while they were disabled, and may come again as somebody new. */
  accountEnabled(userId: string | undefined): void {
    this.#lines.write('account_enabled', undefined, { fields: { userId } })
  }

  /** `keptOut`: they were disabled, and stay out. `withTrail`: without the addresses and devices of their records. */
  accountDeleted(userId: string, how: { keptOut: boolean; withTrail: boolean }): void {
    this.#lines.write('account_deleted', undefined, { fields: { userId, ...how } })
  }

  /** Who people are has left the server or come in by a file: how many of them. */
  accountsMoved(event: 'accounts_imported' | 'accounts_exported', numbers: LogFields): void {
    this.#lines.write(event, undefined, { fields: numbers })
  }

  administratorMade(userId: string): void {
    this.#lines.write('administrator_made', undefined, { fields: { userId } })
  }

  administratorUnmade(userId: string): void {
    this.#lines.write('administrator_unmade', undefined, { fields: { userId } })
  }

  /** Of somebody who has not come yet the unionid or userid is known alone. */
  handleGiven(to: { userId: string } | { promisedTo: string }, handle: string): void {
    this.#lines.write('handle_given', undefined, { fields: { ...to, handle } })
  }

  applicationAdded(application: string, after: object): void {
    this.#lines.write('application_added', undefined, { fields: { application }, more: { after } })
  }

  applicationChanged(application: string, changes: Changes): void {
    this.#lines.write('application_changed', undefined, changed({ application }, changes))
  }

  applicationSecretRotated(application: string, { endOld }: { endOld: boolean }): void {
    this.#lines.write('application_secret_rotated', undefined, { fields: { application, endOld } })
  }

  applicationRemoved(application: string, before: object): void {
    this.#lines.write('application_removed', undefined, { fields: { application }, more: { before } })
  }

  groupAdded(group: string, after: object): void {
    this.#lines.write('group_added', undefined, { fields: { group }, more: { after } })
  }

  groupChanged(group: string, changes: Changes): void {
    this.#lines.write('group_changed', undefined, changed({ group }, changes))
  }

  groupRemoved(group: string, before: object): void {
    this.#lines.write('group_removed', undefined, { fields: { group }, more: { before } })
  }

  /** An administrator has come in by a fresh scan. */
  consoleEntered(client: Client, administratorId: string): void {
    this.#lines.write('console_entered', client, { fields: { userId: administratorId, administratorId } })
  }

  /** Somebody who is signed in and no administrator, or a change that is not let in; `reason` is a word for why. */
  consoleRefused(client: Client, refused: { userId: string | undefined; reason: string }): void {
    this.#lines.write('console_refused', client, { fields: refused })
  }

  /** DingTalk's settings were tried; `failure` is our code, undefined where all went well. */
  configChecked(failure?: string): void {
    this.#lines.write('config_checked', undefined, { fields: { failure } })
  }

  /** Records of the trail itself have left by a file. */
  auditExported(filter: AuditFilter): void {
    this.#lines.write('audit_exported', undefined, { more: { filter } })
  }
}
