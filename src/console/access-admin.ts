import type { Context } from '../context.js'
import { OperatorError } from '../errors.js'
import type { Access } from '../services/access.js'
import { Applications } from '../services/applications.js'
import type { Fault } from '../services/faults.js'
import { Groups } from '../services/groups.js'
import { nothingThere } from './console-router.js'
import type { Form, Visit } from './visit.js'

type Dependencies = Pick<Context, 'accessAdmin' | 'audit'>

/** What this administrator does to applications and groups: in the trail by their name. */
export function toolsFor({ accessAdmin, audit }: Dependencies, visit: Visit) {
  const options = { rows: accessAdmin.rows, audit: audit.as(visit.actor), now: accessAdmin.now }
  return { applications: new Applications(options), groups: new Groups(options) }
}

/** @throws {AppError} `not_found` */
export function applicationOf({ applications }: Access, visit: Visit) {
  return applications.find(({ id }) => id === visit.param('id')) ?? nothingThere()
}

/** @throws {AppError} `not_found` */
export function groupOf({ groups }: Access, visit: Visit) {
  return groups.find(({ name }) => name === visit.param('name')) ?? nothingThere()
}

/** The same for a form that was opened while it was there. @throws {OperatorError} */
export function stillThere<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new OperatorError(`Somebody else has removed ${name} meanwhile.`)
  return found
}

/** The number of what an administrator saw when they opened the form. */
export function seenRevision(form: Form): number {
  return Number(form.get('revision') ?? Number.NaN)
}

/** Why nobody could get in, or no server could start, with what applications are to be for. */
export function accessFaults(access: 'everyone' | string[], { config }: Pick<Context, 'config'>): Fault[] {
  if (access === 'everyone') return []
  const { audience, hasProfiles } = config.membership
  if (audience === 'anyone')
    return [{ path: 'access', problem: 'must be everyone: DINGTALK_AUDIENCE is anyone, and groups know members alone' }]
  if (!hasProfiles && access.length > 0)
    return [
      {
        path: 'access',
        problem: 'must be everyone: DINGTALK_PROFILE is none, and groups are made of what the directory says',
      },
    ]
  return []
}
