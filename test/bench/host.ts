import { ROLE, useridOf } from './people.js'

/** The id of a host behind a proxy. */
export const HOST = 'wiki'

/** As a file has it: the host, and groups by each kind of rule. It is for all of them but the one behind `staff`. */
export const access = {
  groups: {
    engineers: {
      departments: [
        { id: 100, below: true },
        { id: 101, below: true },
      ],
    },
    guests: { departments: [{ id: 7 }] },
    owners: { userids: [useridOf(0)] },
    readers: { roles: [ROLE] },
    staff: { groups: ['engineers'] },
  },
  applications: { [HOST]: { name: 'Wiki', kind: 'proxy', access: ['guests', 'owners', 'readers', 'staff'] } },
}

/** The groups that this person is in. */
export function groupsOf(person: number): string[] {
  return ['engineers', ...(person === 0 ? ['owners'] : []), 'readers', 'staff']
}

/** Those of them that the host is told. */
export function groupsForHost(person: number): string[] {
  return groupsOf(person).filter((name) => name !== 'engineers')
}
