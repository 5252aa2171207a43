import type { DirectoryPerson, DirectoryProfile } from './directory.js'

/** Between two pages, so that logins get their turn at the database. */
const REST_MS = 20

/** Departments and roles that have changed. */
export interface ChangedUnits {
  departments: readonly number[]
  roles: readonly number[]
}

/** The people who have a session. */
export interface SignedInRows {
  /** Those whom the directory calls so. */
  ofUserid(userid: string): Promise<DirectoryPerson[]>
  /** The first few hundred of those who have a profile, by id, behind this one. */
  profiles(afterId: string): Promise<(DirectoryPerson & { profile: DirectoryProfile })[]>
}

interface Options {
  rows: SignedInRows
  /** Told of everybody who is found. Settles once they have been looked up. */
  onFound(person: DirectoryPerson): Promise<void>
  wait: (ms: number) => Promise<unknown>
}

interface Batch {
  departments: Set<number>
  roles: Set<number>
  done: Promise<void>
}

/** Finds whom a change of departments or roles concerns. What changes during one search waits for the next, together. */
export class AffectedPeople {
  readonly #options: Options
  #next: Batch | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: Options) {
    this.#options = options
  }

  /** Settles once all of them have been looked up. */
  lookUp({ departments, roles }: ChangedUnits): Promise<void> {
    this.#next ??= this.#begin()
    for (const id of departments) this.#next.departments.add(id)
    for (const id of roles) this.#next.roles.add(id)
    return this.#next.done
  }

  #begin(): Batch {
    const batch = { departments: new Set<number>(), roles: new Set<number>() }
    const search = this.#last.then(() => {
      this.#next = undefined
      return this.#search(batch)
    })
    this.#last = search.catch(() => {})
    // Behind the search alone: the next one need not wait until all have been looked up.
    return { ...batch, done: search.then((lookups) => all(lookups)) }
  }

  async #search({ departments, roles }: Omit<Batch, 'done'>): Promise<Promise<void>[]> {
    const { rows, onFound, wait } = this.#options
    const lookups: Promise<void>[] = []
    let afterId = ''
    for (;;) {
      const page = await rows.profiles(afterId)
      for (const { id, unionId, profile } of page) {
        if (!isIn(profile, departments) && !profile.roles.some((role) => roles.has(role.id))) continue
        const lookup = onFound({ id, unionId })
        // It is waited for later.
        lookup.catch(() => {})
        lookups.push(lookup)
      }
      const last = page.at(-1)
      if (!last) return lookups
      afterId = last.id
      await wait(REST_MS)
    }
  }
}

/** In one of the departments, or below it. */
function isIn({ departments }: DirectoryProfile, changed: ReadonlySet<number>): boolean {
  return departments.some(({ id, above }) => changed.has(id) || above.some((other) => changed.has(other)))
}

async function all(lookups: Promise<void>[]): Promise<void> {
  await Promise.all(lookups)
}
