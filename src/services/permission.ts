import type { Application } from './application.js'
import type { User } from './ports.js'

/** Whether this person may use the application. An empty list of groups is nobody. */
export function isPermitted({ access }: Pick<Application, 'access'>, _user: User): boolean {
  return access === 'everyone'
}
