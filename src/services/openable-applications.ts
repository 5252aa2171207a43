import type { AccessRulesCache } from './access-rules.js'
import type { Application } from './application.js'
import type { KnownPeople } from './known-people.js'
import type { LiveSession } from './ports.js'

/** One that has an address to open, as its people see it. */
export interface OpenableApplication extends Pick<Application, 'id' | 'name' | 'logoUrl' | 'description'> {
  openUrl: string
}

interface Sources {
  accessRules: Pick<AccessRulesCache, 'current'>
  knownPeople: Pick<KnownPeople, 'of'>
}

/**
 * The applications that this person may open, by their ids.
 * @throws {AppError} `service_unavailable`
 */
export async function openableBy(
  live: LiveSession,
  { accessRules, knownPeople }: Sources,
): Promise<OpenableApplication[]> {
  // Before the person's groups are worked out: old groups must not open a new application.
  const { permissions } = await accessRules.current()
  const person = await knownPeople.of(live)
  return permissions
    .permittedTo(person)
    .flatMap(({ id, name, openUrl, logoUrl, description }) =>
      openUrl === null ? [] : [{ id, name, openUrl, logoUrl, description }],
    )
}

/** Those in which each word of the text stands, whatever its letters' case and width; by name, as `locale` sorts. */
export function searchByName(
  applications: readonly OpenableApplication[],
  text: string,
  locale: string,
): OpenableApplication[] {
  const words = folded(text).split(/\s+/).filter(Boolean)
  const { compare } = new Intl.Collator(locale, { numeric: true })
  return applications
    .filter(({ id, name, description }) => {
      const said = folded(`${name} ${id} ${description ?? ''}`)
      return words.every((word) => said.includes(word))
    })
    .sort((one, other) => compare(one.name, other.name) || (one.id < other.id ? -1 : 1))
}

/** Those behind the one with this id; all where there is no such one any more. */
export function behind(applications: readonly OpenableApplication[], id: string | undefined): OpenableApplication[] {
  return applications.slice(applications.findIndex((application) => application.id === id) + 1)
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
