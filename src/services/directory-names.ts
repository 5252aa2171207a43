import type { DirectoryNameRows, DirectoryProfile, ProfileReading } from './directory.js'

/** So many are known to be written already; then the counting begins anew. */
const MAX_WRITTEN = 20_000

/** Keeps what departments and roles are called, so that commands can show it beside their ids. */
export class DirectoryNames {
  readonly #rows: DirectoryNameRows
  /** What this process knows to be written: most logins need no statement. */
  readonly #written = new Map<string, string>()

  constructor(rows: DirectoryNameRows) {
    this.#rows = rows
  }

  /** Writes the names that are new, or have changed. @throws {AppError} `service_unavailable` */
  async note({ profile, readAt }: ProfileReading): Promise<void> {
    const unsure = namesIn(profile).filter(([id, name]) => this.#written.get(id) !== name)
    if (unsure.length === 0) return
    if (this.#written.size > MAX_WRITTEN) this.#written.clear()
    // Before they are: of logins at the same time, one writes.
    for (const [id, name] of unsure) this.#written.set(id, name)
    try {
      const known = await this.#rows.namesOf(unsure.map(([id]) => id))
      for (const [id, name] of unsure) if (known.get(id) !== name) await this.#rows.save(id, name, readAt)
    } catch (error) {
      for (const [id] of unsure) this.#written.delete(id)
      throw error
    }
  }
}

function namesIn({ departments, roles }: DirectoryProfile): [string, string][] {
  const named = (kind: string, all: DirectoryProfile['roles']) =>
    all.flatMap(({ id, name }): [string, string][] => (name === null ? [] : [[`${kind} ${id}`, name]]))
  return [...named('department', departments), ...named('role', roles)]
}
