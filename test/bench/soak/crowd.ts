import { Person, type Session, type Standing } from './model.js'

const KEPT_OVER = 500
/** So many are looked at before there is taken to be none. */
const LOOKS = 40

/** The people of a deployment and the browsers in which they are, or were, signed in. */
export class Crowd {
  readonly people: Person[] = []
  #sessions: Session[] = []
  /** Those that must be over. */
  readonly #over: Session[] = []

  /** Somebody whom nobody has seen before. */
  newcomer(): Person {
    const person = new Person(this.people.length + 1)
    this.people.push(person)
    person.isTaken = true
    return person
  }

  /** Somebody at random who has logged in before, and with whom nothing else is done until they are let go. */
  takePerson(isFit: (person: Person) => boolean): Person | undefined {
    const person = pick(this.people, ({ isTaken, id }) => !isTaken && id !== undefined, isFit)
    if (person) person.isTaken = true
    return person
  }

  takePersonOf(standing: Standing): Person | undefined {
    return this.takePerson((person) => person.standing === standing)
  }

  add(session: Session): void {
    this.#sessions.push(session)
  }

  /** A session at random that need not be over; or one that must be. */
  takeSession(which: 'in' | 'over'): Session | undefined {
    if (which === 'in') this.#putAwayOver()
    const now = Date.now()
    const isFit = (session: Session) => !session.isTaken && session.isOverAt(now) === (which === 'over')
    const session = pick(which === 'in' ? this.#sessions : this.#over, isFit)
    if (session) session.isTaken = true
    return session
  }

  /** Those that need not be over, and those that must be. */
  sessionsOf(person: Person): Session[] {
    return this.all().filter((session) => session.person === person)
  }

  all(): Session[] {
    return [...this.#sessions, ...this.#over]
  }

  #putAwayOver(): void {
    const now = Date.now()
    const isOver = (session: Session) => !session.isTaken && session.isOverAt(now)
    // Not all at each question: what is over now may well be put away a little later.
    if (Math.random() > 0.05) return
    this.#over.push(...this.#sessions.filter(isOver))
    this.#over.splice(0, this.#over.length - KEPT_OVER)
    this.#sessions = this.#sessions.filter((session) => !isOver(session))
  }
}

/** One of them at random. */
function pick<T>(all: readonly T[], ...are: ((one: T) => boolean)[]): T | undefined {
  for (let look = 0; look < LOOKS && all.length > 0; look++) {
    const one = all[Math.floor(Math.random() * all.length)]
    if (one !== undefined && are.every((isFit) => isFit(one))) return one
  }
  return undefined
}
