import { EventEmitter } from 'node:events'
import { type Departments, ROOT_ID } from './organisation/departments.js'
import type { Roles } from './organisation/roles.js'
import { changedPerson, type Person, type PersonChange } from './person.js'

/** Everybody with an account, in the order they were added. */
export class People {
  /** A person before and after; nobody before somebody is added. */
  readonly changes = new EventEmitter<{ change: [before: Person | undefined, after: Person] }>()
  readonly #initial: Person[]
  readonly #departments: Departments
  readonly #roles: Roles
  readonly #people = new Map<string, Person>()

  constructor(people: Person[], { departments, roles }: { departments: Departments; roles: Roles }) {
    this.#initial = people
    this.#departments = departments
    this.#roles = roles
    this.reset()
    departments.changes.on('change', (kind, ids) => kind === 'remove' && this.#leaveDepartments(ids))
    roles.changes.on('change', (kind, id) => kind === 'del' && this.#loseRole(id))
  }

  reset(): void {
    this.#people.clear()
    for (const person of this.#initial) this.#store(person)
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

  /** @throws when one of the identifiers is somebody else's already, or a department or role is unknown */
  add(person: Person): void {
    this.#store(person)
    this.changes.emit('change', undefined, this.get(person.id))
  }

  #store(person: Person): void {
    this.#requirePlaces(person)
    const clash = this.all().find(
      ({ id, unionId, openId, userId }) =>
        id === person.id || unionId === person.unionId || openId === person.openId || userId === person.userId,
    )
    if (clash) throw new Error(`An identifier of ${JSON.stringify(person.id)} belongs to ${JSON.stringify(clash.id)}`)
    this.#people.set(person.id, Object.freeze({ ...person }))
  }

  /** @throws on an unknown id, of the person, a department or a role */
  change(id: string, change: PersonChange): Person {
    const before = this.get(id)
    const changed = Object.freeze(changedPerson(before, change))
    this.#requirePlaces(changed)
    this.#people.set(id, changed)
    this.changes.emit('change', before, changed)
    return changed
  }

  /** The employees, in the order they were added. */
  employees(): Person[] {
    return this.all().filter(({ membership }) => membership === 'employee')
  }

  /** The person as the organisation's directory finds them: employees and external contacts only. */
  member(key: 'unionId' | 'userId', value: string): Person | undefined {
    const person = this.all().find((candidate) => candidate[key] === value)
    return person?.membership === 'employee' || person?.membership === 'external' ? person : undefined
  }

  #requirePlaces({ departments, roles }: Person): void {
    for (const id of departments) this.#departments.get(id)
    for (const id of roles) this.#roles.get(id)
  }

  /** Who is in no other department is in the root then. */
  #leaveDepartments(gone: number[]): void {
    for (const person of this.all().filter(({ departments }) => departments.some((id) => gone.includes(id)))) {
      const departments = person.departments.filter((id) => !gone.includes(id))
      this.change(person.id, { departments: departments.length > 0 ? departments : [ROOT_ID] })
    }
  }

  #loseRole(gone: number): void {
    for (const { id, roles } of this.all().filter((person) => person.roles.includes(gone)))
      this.change(id, { roles: roles.filter((role) => role !== gone) })
  }
}
