import { setTimeout as sleep } from 'node:timers/promises'
import { SECOND } from '../../../src/time.js'
import type { Crowd } from './crowd.js'
import type { Deployment } from './deployment.js'
import type { Person, Session } from './model.js'
import type { Operations } from './operations.js'
import type { Records } from './records.js'
import { Visit } from './visit.js'

/** What "within seconds" is taken to mean, on a machine that has other work as well. */
const SECONDS_MS = 15 * SECOND
const ASK_EVERY_MS = 50

/** `event`: DingTalk tells of the leaver; `unheard`: that event is lost; `command`: an operator disables the person. */
export type Going = 'event' | 'unheard' | 'command'

const ORDER: readonly Going[] = ['event', 'command', 'event', 'command', 'unheard']

/** People who leave or are disabled, and come back: each time it is seen how long it takes until they are out. */
export class Goings {
  /** How long it took, by the way in which they went. */
  readonly outAfterMs: Record<Going, number[]> = { event: [], unheard: [], command: [] }
  readonly #deployment: Deployment
  readonly #crowd: Crowd
  readonly #records: Records
  readonly #operations: Operations
  readonly #gone: Person[] = []
  #turn = 0

  constructor(deployment: Deployment, crowd: Crowd, records: Records, operations: Operations) {
    this.#deployment = deployment
    this.#crowd = crowd
    this.#records = records
    this.#operations = operations
  }

  /** Lets somebody go, or come back who has been gone for a while, until it is stopped. */
  async goOn(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal }).catch(() => {})
      const going = ORDER[this.#turn++ % ORDER.length] ?? 'event'
      try {
        if (this.#gone.length > ORDER.length) await this.#returnOne()
        await this.#letGo(going, signal)
      } catch (error) {
        this.#records.wentWrong(`gone by ${going}`, error)
      }
    }
  }

  async #letGo(going: Going, signal: AbortSignal): Promise<void> {
    const isIn = (session: Session) => !session.isOverAt(Date.now())
    const isHere = (person: Person) => person.standing === 'in' && this.#crowd.sessionsOf(person).some(isIn)
    const person = this.#crowd.takePerson(isHere)
    if (!person) return
    try {
      if (going === 'command') await this.#disable(person)
      else this.#leave(person, going)
    } finally {
      person.isTaken = false
    }
    this.#gone.push(person)
    await this.#waitUntilOut(person, going, signal)
  }

  #leave(person: Person, going: Going): void {
    const { dingtalk, faults, settings } = this.#deployment
    const from = Date.now()
    if (going === 'unheard') dingtalk.stream.order('lose')
    dingtalk.changePerson(String(person.number), { membership: 'left' })
    person.becomes('left', from, () => from)
    const withinMs = SECONDS_MS + (going === 'unheard' ? settings.recheckMs : 0)
    for (const session of this.#crowd.sessionsOf(person)) session.ends(from, () => faults.deadline(from, withinMs))
  }

  /** @throws where the command fails, and the database was not away */
  async #disable(person: Person): Promise<void> {
    const { faults } = this.#deployment
    const from = Date.now()
    let by = Number.POSITIVE_INFINITY
    person.becomes('disabled', from, () => by)
    for (const session of this.#crowd.sessionsOf(person)) session.ends(from, () => by)
    if (await this.#command('disable', person)) by = Date.now()
    else if (!faults.concernDatabase({ beganAt: from, endedAt: Date.now() }))
      throw new Error('users disable has failed')
  }

  async #command(name: 'disable' | 'enable', { id = '' }: Person): Promise<boolean> {
    return this.#deployment.operate('users', name, id).then(
      () => true,
      () => false,
    )
  }

  /** Asks in one of their browsers until it is out; that this is in time is the model's affair. */
  async #waitUntilOut(person: Person, going: Going, signal: AbortSignal): Promise<void> {
    const from = Date.now()
    const session = this.#crowd.sessionsOf(person).find((one) => !one.isTaken && !one.isOverAt(from))
    if (!session) return
    session.isTaken = true
    try {
      while (!signal.aborted) {
        const isIn = await this.#operations.askVerify(new Visit(this.#deployment, this.#records), session)
        if (isIn === false) {
          this.outAfterMs[going].push(Date.now() - from)
          return
        }
        await sleep(going === 'unheard' ? 10 * ASK_EVERY_MS : ASK_EVERY_MS)
      }
    } finally {
      session.isTaken = false
    }
  }

  /**
   * The first who went comes back, once all their sessions have been seen to be over: one that nobody asked for meanwhile
   * would go on, as nobody has told the server that they were away.
   */
  async #returnOne(): Promise<void> {
    const [person] = this.#gone
    if (!person || person.isTaken || !(await this.#isOutEverywhere(person))) return
    person.isTaken = true
    try {
      const from = Date.now()
      if (person.standing === 'left') {
        person.becomes('in', from, () => from)
        this.#deployment.dingtalk.changePerson(String(person.number), { membership: 'employee' })
      } else {
        if (!(await this.#command('enable', person))) return
        const by = Date.now()
        person.becomes('in', from, () => by)
      }
      this.#gone.shift()
    } finally {
      person.isTaken = false
    }
  }

  async #isOutEverywhere(person: Person): Promise<boolean> {
    for (const session of this.#crowd.sessionsOf(person)) {
      const visit = new Visit(this.#deployment, this.#records)
      if ((await this.#operations.askVerify(visit, session)) !== false) return false
    }
    return true
  }
}
