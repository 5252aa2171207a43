import { OperatorError } from '../errors.js'
import type { Application, ApplicationRows } from './application.js'
import type { KnownPerson } from './known-people.js'

type Access = Pick<Application, 'access'>
type Groups = Pick<KnownPerson, 'groups'>

/** Whether this person may use the application: the one place that says so. A group that is not there is nobody. */
export function isPermitted({ access }: Access, { groups = [] }: Groups): boolean {
  return access === 'everyone' || access.some((name) => groups.includes(name))
}

/** Of the groups that somebody is in, those that the application is told: those that it names, or all. */
export function groupsFor({ access }: Access, groups: readonly string[]): string[] {
  return groups.filter((name) => access === 'everyone' || access.includes(name))
}

/**
 * Where every DingTalk account may log in, the directory knows nobody's groups: each application has to be for everyone
 * in so many words.
 * @throws {OperatorError} for the start of a server
 */
export async function refuseClosedApplications(applications: Pick<ApplicationRows, 'list'>): Promise<void> {
  const closed = (await applications.list()).filter(({ access }) => access !== 'everyone')
  if (closed.length === 0) return
  const ids = closed.map(({ id }) => id).join(', ')
  throw new OperatorError(
    `DINGTALK_AUDIENCE: is anyone, but these applications are not for everyone: ${ids}. Change them with apps change ID --everyone, or let members alone log in.`,
  )
}
