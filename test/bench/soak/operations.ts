import { randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { MINUTE, SECOND } from '../../../src/time.js'
import { applicationCodeOf, checkMe, checkUserinfo, checkVerify, tokensOf, WrongAnswer } from '../answers.js'
import { application } from '../application.js'
import type { Crowd } from './crowd.js'
import type { Deployment } from './deployment.js'
import { Logins } from './logins.js'
import type { Person, Session } from './model.js'
import { type Exchange, errorOf } from './promises.js'
import type { OperationName, Records } from './records.js'
import { Visit } from './visit.js'

/** An access token lives five minutes. */
const TOKEN_USED_MS = 4 * MINUTE
/** A statement that the server gave up may still be carried out. */
const SHOWS_WITHIN_MS = 10 * SECOND

/** What people and applications do, each answer held to the model. */
export class Operations {
  readonly #deployment: Deployment
  readonly #crowd: Crowd
  readonly #records: Records
  readonly #logins: Logins

  constructor(deployment: Deployment, crowd: Crowd, records: Records) {
    this.#deployment = deployment
    this.#crowd = crowd
    this.#records = records
    this.#logins = new Logins(deployment, crowd)
  }

  /** Does it once, where there is somebody to do it. Never rejects: what goes wrong is on record. */
  async run(name: OperationName): Promise<void> {
    const visit = new Visit(this.#deployment, this.#records)
    try {
      await this.#do(name, visit)
      if (visit.ms > 0) this.#records.done(name, visit.ms)
    } catch (error) {
      this.#records.wentWrong(name, error)
    }
  }

  #do(name: OperationName, visit: Visit): Promise<unknown> {
    const crowd = this.#crowd
    switch (name) {
      case 'first login': {
        const person = crowd.newcomer()
        this.#deployment.join(person)
        return this.#as(person, () => this.#logins.logIn(visit, person))
      }
      case 'returning login':
        return this.#as(crowd.takePersonOf('in'), (person) => this.#logins.logIn(visit, person))
      case 'login in a used browser':
        return this.#as(crowd.takePersonOf('in'), (person) =>
          this.#in('in', (session) => this.#logins.logIn(visit, person, session)),
        )
      case 'refused login':
        return this.#as(
          crowd.takePerson(({ standing }) => standing !== 'in'),
          (person) => this.#logins.logIn(visit, person),
        )
      case 'me':
        return this.#in('in', (session) => this.#askMe(visit, session))
      case 'verify':
        return this.#in('in', (session) => this.askVerify(visit, session))
      case 'verify of an application':
        return this.#in('in', (session) => this.#askVerifyOfLab(visit, session))
      case 'application login':
        return this.#in('in', (session) => this.#enterApplication(visit, session))
      case 'userinfo':
        return this.#in('in', (session) => this.#askUserinfo(visit, session))
      case 'logout':
        return this.#in('in', (session) => this.#logOut(visit, session))
      case 'after the end':
        return this.#in('over', (session) => this.askVerify(visit, session))
    }
  }

  async #as(person: Person | undefined, work: (person: Person) => Promise<unknown>): Promise<void> {
    if (!person) return
    try {
      await work(person)
    } finally {
      person.isTaken = false
    }
  }

  async #in(which: 'in' | 'over', work: (session: Session) => Promise<unknown>): Promise<void> {
    const session = this.#crowd.takeSession(which)
    if (!session) return
    try {
      // Nothing is known of somebody whose first login came to its end while the database was away.
      if (session.person.id !== undefined) await work(session)
    } finally {
      session.isTaken = false
    }
  }

  async #askMe(visit: Visit, session: Session): Promise<void> {
    const exchange = await visit.ask('me', { path: '/me' }, session.cookies)
    if (visit.isPromised(exchange) || this.#isOut(session, exchange)) return
    const { number, id } = session.person
    if (checkMe(exchange.answer, number) !== id) throw new WrongAnswer(`another id than ${id}`)
    session.seenIn(exchange)
  }

  /** Asks once more whether this session is in. */
  async ask(session: Session): Promise<void> {
    try {
      if (session.person.id !== undefined) await this.askVerify(new Visit(this.#deployment, this.#records), session)
    } catch (error) {
      this.#records.wentWrong('at the end', error)
    }
  }

  /** Gives whether the session is in; undefined where that was refused. */
  async askVerify(visit: Visit, session: Session): Promise<boolean | undefined> {
    const exchange = await visit.ask('verify', { path: '/verify' }, session.cookies)
    if (visit.isPromised(exchange)) return undefined
    if (this.#isOut(session, exchange)) return false
    checkVerify(exchange.answer, session.person.id ?? '')
    session.seenIn(exchange)
    return true
  }

  async #askVerifyOfLab(visit: Visit, session: Session): Promise<void> {
    const exchange = await visit.ask('verify', { path: '/verify?app=lab' }, session.cookies)
    if (visit.isPromised(exchange) || this.#isOut(session, exchange)) return
    const { isInLab, id = '' } = session.person
    const isRefused = exchange.answer.status === 403 && errorOf(exchange.answer) === 'not_permitted'
    if (isRefused && isInLab && !session.groupsInDoubt) throw new WrongAnswer('not permitted, though in the group')
    if (!isRefused && !isInLab) throw new WrongAnswer(`not refused, though in no group: ${exchange.answer.status}`)
    if (!isRefused) {
      checkVerify(exchange.answer, id)
      session.groupsInDoubt = false
    }
    session.seenIn(exchange)
  }

  async #enterApplication(visit: Visit, session: Session): Promise<void> {
    const nonce = randomBytes(16).toString('base64url')
    const { id: client_id, redirectUri: redirect_uri } = application
    const query = { client_id, redirect_uri, response_type: 'code', scope: 'openid profile', nonce }
    const authorized = await visit.ask(
      'authorize',
      { path: `/oidc/auth?${new URLSearchParams(query)}` },
      session.cookies,
    )
    if (visit.isPromised(authorized)) return
    if (isForNobody(authorized)) return session.seenOut(authorized)
    const code = applicationCodeOf(authorized.answer)
    session.seenIn(authorized)

    const form = { grant_type: 'authorization_code', code, redirect_uri }
    const token = await visit.ask('token', {
      method: 'POST',
      path: '/oidc/token',
      headers: {
        authorization: this.#deployment.authorization,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(form).toString(),
    })
    if (visit.isPromised(token)) return
    if (errorOf(token.answer) === 'invalid_grant') return session.seenOut(token)
    const { accessToken, sub } = tokensOf(token.answer)
    session.token = { value: accessToken, gotAt: token.endedAt }
    if (sub !== session.person.id) throw new WrongAnswer(`an ID token of ${sub}`)
    if (decodeJwt(JSON.parse(token.answer.body).id_token).nonce !== nonce) throw new WrongAnswer('another nonce')
    session.seenIn(token)
    await this.#askUserinfo(visit, session)
  }

  async #askUserinfo(visit: Visit, session: Session): Promise<void> {
    const { token, person } = session
    if (!token || Date.now() - token.gotAt > TOKEN_USED_MS) return
    const headers = { authorization: `Bearer ${token.value}` }
    const exchange = await visit.ask('userinfo', { path: '/oidc/userinfo', headers })
    if (visit.isPromised(exchange)) return
    if (exchange.answer.status === 401 && errorOf(exchange.answer) === 'invalid_token') return session.seenOut(exchange)
    checkUserinfo(exchange.answer, person.number, person.id ?? '')
    session.seenIn(exchange)
  }

  async #logOut(visit: Visit, session: Session): Promise<void> {
    const headers = { origin: this.#deployment.program.origin }
    const exchange = await visit.ask('logout', { method: 'POST', path: '/logout', headers }, session.cookies)
    if (visit.isPromised(exchange)) return session.mayHaveEnded(exchange, SHOWS_WITHIN_MS)
    if (exchange.answer.status !== 204)
      throw new WrongAnswer(`no logout: ${exchange.answer.status} ${exchange.answer.body}`)
    session.ends(exchange.beganAt, exchange.endedAt)
  }

  /** @throws {WrongAnswer} where it says so too early */
  #isOut(session: Session, exchange: Exchange): boolean {
    const { status, body } = exchange.answer
    if (status !== 401) return false
    // `/verify` says nothing to a proxy.
    if (exchange.step === 'me' && errorOf(exchange.answer) !== 'unauthenticated') throw new WrongAnswer(`401 ${body}`)
    session.seenOut(exchange)
    return true
  }
}

/** Who is signed in nowhere goes to a login of ours; the application is told where the session ended meanwhile. */
function isForNobody({ answer }: Exchange): boolean {
  const { location } = answer.headers
  if (answer.status !== 303 || typeof location !== 'string') return false
  const { pathname, searchParams } = new URL(location, 'http://localhost')
  const isToldSo = location.startsWith(`${application.redirectUri}?`) && searchParams.get('error') === 'login_required'
  return isToldSo || pathname.startsWith('/oidc/interaction/')
}
