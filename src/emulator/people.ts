import type { Person, PersonChange } from './person.js'

/** Everybody with an account, in the order they were added. */
export class People {
  readonly #initial: Person[]
  readonly #people = new Map<string, Person>()

  constructor(people: Person[]) {
    this.#initial = people
    this.reset()
  }

  reset(): void {
    this.#people.clear()
    for (const person of this.#initial) this.add(person)
  }

  all(): Person[] {
    return [...this.#people.values()]
  }

  find(id: string): Person | undefined {
    return this.#people.get(id)
  }

  /** @throws on an unknown id */
  get(id: string): Person {
    const person = this.find(id)
    if (!person) throw new Error(`The emulator knows nobody called ${JSON.stringify(id)}`)
    return person
  }

  /** @throws when one of the identifiers is somebody else's already */
  add(person: Person): void {
    const clash = this.all().find(
      ({ id, unionId, openId, userId }) =>
        id === person.id || unionId === person.unionId || openId === person.openId || userId === person.userId,
    )
    if (clash) throw new Error(`An identifier of ${JSON.stringify(person.id)} belongs to ${JSON.stringify(clash.id)}`)
    this.#people.set(person.id, Object.freeze({ ...person }))
  }

  /** @throws on an unknown id */
  change(id: string, change: PersonChange): Person {
    const changed = Object.freeze({ ...this.get(id), ...change })
    this.#people.set(id, changed)
    return changed
  }

  /** The person as the organisation's directory finds them: employees and external contacts only. */
  member(key: 'unionId' | 'userId', value: string): Person | undefined {
    const person = this.all().find((candidate) => candidate[key] === value)
    return person?.membership === 'employee' || person?.membership === 'external' ? person : undefined
  }
}
