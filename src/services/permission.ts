import { OperatorError } from '../errors.js'
import type { Application, ApplicationRows } from './application.js'
import type { User } from './ports.js'

/** Whether this person may use the application. An empty list of groups is nobody. */
export function isPermitted({ access }: Pick<Application, 'access'>, _user: User): boolean {
  return access === 'everyone'
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
