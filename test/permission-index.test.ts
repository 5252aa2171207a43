import { describe, expect, it } from 'vitest'
import type { Application } from '../src/services/application.js'
import { isPermitted, PermissionIndex } from '../src/services/permission.js'
import { applicationFrom } from './support/applications.js'

const GROUPS = ['engineers', 'sellers', 'owners', 'constructor']
/** All choices of these groups, none and all among them. */
const choices = Array.from({ length: 2 ** GROUPS.length }, (_, bits) => GROUPS.filter((_, n) => bits & (1 << n)))

const idsOf = (applications: Application[]) => applications.map(({ id }) => id)

describe('the applications that somebody may use', () => {
  const applications = [
    applicationFrom({ id: 'dangling', access: ['gone'] }),
    ...choices.map((access) => applicationFrom({ id: ['for', ...access].join('-'), access })),
    applicationFrom({ id: 'open', access: 'everyone' }),
  ].sort((one, other) => (one.id < other.id ? -1 : 1))
  const index = new PermissionIndex(applications.toReversed())

  it.each([undefined, ...choices].map((groups) => ({ groups })))(
    'are those that each alone admits: $groups',
    (person) => {
      const admitted = applications.filter((application) => isPermitted(application, person))
      expect(idsOf(index.permittedTo(person))).toEqual(idsOf(admitted))
      expect(idsOf(admitted)).toContain('open')
    },
  )

  it('are found without a look at any other', () => {
    const seen = new Set<string>()
    const watched = Array.from({ length: 500 }, (_, n) => {
      const application = applicationFrom({ id: `app-${n}`, access: [`group-${n}`] })
      return new Proxy(application, { get: (target, name) => seen.add(target.id) && Reflect.get(target, name) })
    })
    const many = new PermissionIndex(watched)
    seen.clear()
    many.permittedTo({ groups: ['group-7', 'group-8'] })
    expect(seen).toEqual(new Set(['app-7', 'app-8']))
  })
})
