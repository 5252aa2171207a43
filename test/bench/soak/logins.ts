import { SECOND } from '../../../src/time.js'
import { type Cookies, checkLanding, checkMe, keepCookies, stateOf, WrongAnswer } from '../answers.js'
import type { Crowd } from './crowd.js'
import { type Deployment, FRONTEND_URL } from './deployment.js'
import type { Moment } from './faults.js'
import { type Person, Session } from './model.js'
import { DINGTALK_GRACE_MS, type Exchange, errorOf } from './promises.js'
import type { Visit } from './visit.js'

/** The clock of a session's maximal age is read somewhere in its login. */
const AGE_SLACK_MS = SECOND

/** Logins as people make them, each held to what should come of it. */
export class Logins {
  readonly #deployment: Deployment
  readonly #crowd: Crowd
  readonly #states = new Set<string>()

  constructor(deployment: Deployment, crowd: Crowd) {
    this.#deployment = deployment
    this.#crowd = crowd
  }

  /**
   * A whole login; `before` is the session in whose browser it is made. Gives the new session, undefined where the
   * person was refused, as they should be.
   * @throws {WrongAnswer}
   */
  async logIn(visit: Visit, person: Person, before?: Session): Promise<Session | undefined> {
    const cookies: Cookies = new Map(before?.cookies)
    const landed = await this.#goThere(visit, person, cookies)
    if (visit.isPromised(landed)) {
      before?.mayHaveEnded(landed, 10 * SECOND)
      return undefined
    }
    if (this.#isTurnedAway(person, landed)) return undefined
    keepCookies(landed.answer, cookies)
    checkLanding(landed.answer, { frontendUrl: FRONTEND_URL, person: person.number, cookies, sessionCookie: 'sid' })
    if (cookies.get('sid') === before?.cookies.get('sid')) throw new WrongAnswer('the session of before')
    before?.ends(landed.beganAt, landed.endedAt)
    return this.#begin(visit, person, cookies, landed)
  }

  /** To DingTalk and back. */
  async #goThere(visit: Visit, person: Person, cookies: Cookies): Promise<Exchange> {
    const { program, authorizeUrl } = this.#deployment
    const { answer } = await visit.ask('ding_url', { path: '/ding_url' }, cookies)
    keepCookies(answer, cookies)
    stateOf(answer, { authorizeUrl, callbackUrl: `${program.origin}/callback`, states: this.#states })
    const path = await this.#deployment.consent(String(answer.headers.location), person)
    return visit.ask('callback', { path }, cookies)
  }

  /** Whether the person was refused who should be. @throws {WrongAnswer} where only they could have come in */
  #isTurnedAway(person: Person, { answer, ...moment }: Exchange): boolean {
    const standings = person.standingsAt(moment)
    const error = errorOf(answer)
    if (error === 'account_disabled' && standings.has('disabled')) return answer.status === 403
    if (error === 'not_a_member' && standings.has('left')) {
      for (const session of this.#crowd.sessionsOf(person)) session.ends(moment.beganAt, moment.endedAt)
      return answer.status === 403
    }
    if (!standings.has('in'))
      throw new WrongAnswer(`${[...standings]} should be turned away: ${answer.status} ${answer.body}`)
    return false
  }

  async #begin(visit: Visit, person: Person, cookies: Cookies, landed: Moment): Promise<Session> {
    const session = new Session(person, cookies)
    const { maxAgeMs } = this.#deployment.settings
    session.ends(landed.beganAt + maxAgeMs - AGE_SLACK_MS, landed.endedAt + maxAgeMs + AGE_SLACK_MS)
    session.groupsInDoubt = this.#groupsInDoubt(landed)
    this.#crowd.add(session)
    if (person.id !== undefined) return session
    const me = await visit.ask('me', { path: '/me' }, cookies)
    // Somebody whose id is not known is not asked for again.
    if (!visit.isPromised(me)) person.id = checkMe(me.answer, person.number)
    return session
  }

  /** Where DingTalk was away after the scan, the directory could not be read: the groups come with a later lookup. */
  #groupsInDoubt(landed: Moment): boolean {
    const { faults } = this.#deployment
    return faults.touch('throttled', landed, DINGTALK_GRACE_MS) || faults.touch('dead', landed, DINGTALK_GRACE_MS)
  }
}
