import { WrongAnswer } from '../answers.js'
import type { Moment } from './faults.js'

export type Standing = 'in' | 'left' | 'disabled'

/** Somebody with a DingTalk account, and what the organisation thinks of them. */
export class Person {
  readonly number: number
  /** Our id of them, once they have logged in. */
  id: string | undefined
  /** Whether something is done to them, or by them, that goes ill with another thing of the kind. */
  isTaken = false
  #standing: { was: Standing; is: Standing; from: number; by: () => number } = {
    was: 'in',
    is: 'in',
    from: Number.NEGATIVE_INFINITY,
    by: () => Number.NEGATIVE_INFINITY,
  }

  constructor(number: number) {
    this.number = number
  }

  /** Half of them are in the group that the application `lab` is for. */
  get isInLab(): boolean {
    return this.number % 2 === 0
  }

  get standing(): Standing {
    return this.#standing.is
  }

  /** The change happens at some time between these two; the second may turn out later. */
  becomes(is: Standing, from: number, by: () => number): void {
    this.#standing = { was: this.#standing.is, is, from, by }
  }

  /** What they may have been at that moment. */
  standingsAt({ beganAt, endedAt }: Moment): Set<Standing> {
    const { was, is, from, by } = this.#standing
    const possible = new Set<Standing>()
    if (beganAt <= by()) possible.add(was)
    if (endedAt >= from) possible.add(is)
    return possible
  }
}

interface End {
  from: number
  by: () => number
  /** After this it has happened, or never will. */
  settledAt: number
}

/** A login of somebody in a browser, as it should be: in until something ends it, and never in again. */
export class Session {
  readonly person: Person
  readonly cookies: ReadonlyMap<string, string>
  /** An access token that an application got for it. */
  token: { value: string; gotAt: number } | undefined
  isTaken = false
  /** Whether the server could not read the directory at the login, and has not been seen to know it since. */
  groupsInDoubt = false
  #ends: End[] = []
  #seenOutAt = Number.POSITIVE_INFINITY

  constructor(person: Person, cookies: ReadonlyMap<string, string>) {
    this.person = person
    this.cookies = cookies
  }

  /** It ends at some time between these two; the second may turn out later. */
  ends(from: number, by: number | (() => number)): void {
    this.#ends.push({ from, by: typeof by === 'number' ? () => by : by, settledAt: Number.POSITIVE_INFINITY })
  }

  /** It was asked to end, but the answer does not say whether it has: it shows within so long. */
  mayHaveEnded({ beganAt, endedAt }: Moment, showsWithinMs: number): void {
    this.#ends.push({ from: beganAt, by: () => Number.POSITIVE_INFINITY, settledAt: endedAt + showsWithinMs })
  }

  /** Whether it must be over. */
  isOverAt(now: number): boolean {
    return now > this.#overBy()
  }

  /** An answer of that moment was one to somebody who is in. @throws {WrongAnswer} */
  seenIn(moment: Moment): void {
    if (moment.beganAt > this.#overBy())
      throw new WrongAnswer(`in, ${moment.beganAt - this.#overBy()} ms after it must have been over`)
    this.#ends = this.#ends.filter(({ settledAt }) => settledAt >= moment.beganAt)
  }

  /** An answer of that moment was one to nobody. @throws {WrongAnswer} */
  seenOut({ endedAt }: Moment): void {
    const from = Math.min(...this.#ends.map((end) => end.from))
    if (endedAt < from) throw new WrongAnswer('out, though nothing has ended it')
    this.#seenOutAt = Math.min(this.#seenOutAt, endedAt)
  }

  #overBy(): number {
    return Math.min(this.#seenOutAt, ...this.#ends.map(({ by }) => by()))
  }
}
