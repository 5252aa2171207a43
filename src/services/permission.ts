import { OperatorError } from '../errors.js'
import type { Application, ApplicationRows } from './application.js'
import type { KnownPerson } from './known-people.js'

type Access = Pick<Application, 'access'>
type Groups = Pick<KnownPerson, 'groups'>

/** Whether this person may use the application: the one place that says so. A group that is not there is nobody. */
export function isPermitted({ access }: Access, { groups = [] }: Groups): boolean {
  return access === 'everyone' || access.some((name) => groups.includes(name))
}

/**
 * Finds the applications that somebody may use. Made once of all of them, so that a person costs as much as they may
 * use, however many there are.
 */
export class PermissionIndex {
  readonly #forEveryone: readonly Application[]
  /** Those that name a group. */
  readonly #ofGroup = new Map<string, Application[]>()

  constructor(applications: readonly Application[]) {
    this.#forEveryone = applications.filter(({ access }) => access === 'everyone')
    for (const application of applications) {
      for (const name of application.access === 'everyone' ? [] : application.access) this.#add(name, application)
    }
  }

  /** Those of which `isPermitted` says so, each once, by their ids. */
  permittedTo({ groups = [] }: Groups): Application[] {
    const found = new Set(this.#forEveryone)
    for (const name of groups) for (const application of this.#ofGroup.get(name) ?? []) found.add(application)
    return [...found].sort((one, other) => (one.id < other.id ? -1 : 1))
  }

  #add(group: string, application: Application): void {
    const applications = this.#ofGroup.get(group)
    if (applications) applications.push(application)
    else this.#ofGroup.set(group, [application])
  }
}

/** Of the groups that somebody is in, those that the application is told: those that it names, or all. */
export function groupsFor({ access }: Access, groups: readonly string[]): string[] {
  return groups.filter((name) => access === 'everyone' || access.includes(name))
}

/**
 * Where the directory is not read, nobody's groups are known: what is for groups would be for nobody. Where every
 * DingTalk account may log in, each application has to be for everyone in so many words.
 * @throws {OperatorError} for the start of a server
 */
export async function refuseClosedApplications(
  applications: Pick<ApplicationRows, 'list'>,
  { audience, hasProfiles }: { audience: 'members' | 'anyone'; hasProfiles: boolean },
): Promise<void> {
  if (audience === 'members' && hasProfiles) return
  const all = await applications.list()
  const closed = idsOf(all, ({ access }) => access !== 'everyone')
  const grouped = idsOf(all, ({ access }) => access !== 'everyone' && access.length > 0)
  if (audience === 'anyone' && closed)
    throw new OperatorError(
      `DINGTALK_AUDIENCE: is anyone, but these applications are not for everyone: ${closed}. The directory knows members alone, and so do groups: change them with apps change ID --everyone, or let members alone log in (DINGTALK_AUDIENCE=members).`,
    )
  if (!hasProfiles && grouped)
    throw new OperatorError(
      `DINGTALK_PROFILE: is none, but these applications are for groups: ${grouped}. Groups are made of what the directory says: set DINGTALK_PROFILE=directory, or change them with apps change ID --everyone.`,
    )
}

function idsOf(applications: Application[], isOne: (application: Application) => boolean): string {
  return applications
    .filter(isOne)
    .map(({ id }) => id)
    .join(', ')
}
