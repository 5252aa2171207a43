import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DirectoryProfile } from '../src/services/directory.js'
import type { NamedRules } from '../src/services/group.js'
import { GroupIndex, type GroupPerson } from '../src/services/group-index.js'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const id = fc.integer({ min: 1, max: 8 })
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 })

/** Groups as they may be stored, whatever a rule says of them: with circles, and names that are not there. */
const groupsArbitrary: fc.Arbitrary<NamedRules[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...NAMES),
    departments: few(fc.record({ id, below: fc.boolean() })),
    roles: few(id),
    userids: few(fc.constantFrom('u1', 'u2', 'group a', '')),
    groups: few(fc.constantFrom(...NAMES, 'gone')),
  }),
  { selector: ({ name }) => name },
)
const departmentArbitrary = fc.record({ id, name: fc.constant(null), above: few(id) })
const personArbitrary: fc.Arbitrary<GroupPerson> = fc
  .record({
    userid: fc.constantFrom('u1', 'u2', 'group a', '', null),
    departments: few(departmentArbitrary),
    roles: few(id),
  })
  .map(({ userid, departments, roles }) => person(userid, { departments, roles: roles.map(roleOf) }))

const roleOf = (id: number) => ({ id, name: null })

function person(userid: string | null, known: Partial<DirectoryProfile> = {}): GroupPerson {
  const nothing = { name: null, orgEmail: null, title: null, jobNumber: null, departments: [], roles: [] }
  return { userid, profile: { ...nothing, ...known } }
}

function group(name: string, rules: Partial<NamedRules> = {}): NamedRules {
  return { name, departments: [], roles: [], userids: [], groups: [], ...rules }
}

const namesFor = (groups: NamedRules[], somebody: GroupPerson) => new GroupIndex(groups).namesFor(somebody)

/** The same said plainly: by rules of their own, and then again and again for those who are in a group that is named. */
function plainly(groups: NamedRules[], { userid, profile }: GroupPerson): string[] {
  const isByItself = ({ departments, roles, userids }: NamedRules) =>
    departments.some(({ id, below }) =>
      profile.departments.some((one) => one.id === id || (below && one.above.includes(id))),
    ) ||
    profile.roles.some((role) => roles.includes(role.id)) ||
    userids.some((one) => one === userid)
  let found = groups.filter(isByItself)
  for (const _ of groups)
    found = groups.filter((one) => found.includes(one) || found.some(({ name }) => one.groups.includes(name)))
  return found.map(({ name }) => name).sort()
}

describe('who is in which groups', () => {
  it('is what the rules say plainly, circles and names that are not there among them', () => {
    fc.assert(
      fc.property(groupsArbitrary, personArbitrary, (groups, somebody) => {
        expect(namesFor(groups, somebody)).toEqual(plainly(groups, somebody))
      }),
      { numRuns: 2000 },
    )
  })

  it('does not depend on any order', () => {
    const mixed = <T>(list: readonly T[]) => fc.shuffledSubarray([...list], { minLength: list.length })
    const both = fc
      .tuple(groupsArbitrary, personArbitrary)
      .chain(([groups, one]) =>
        fc.tuple(fc.constant(groups), mixed(groups), fc.constant(one), mixed(one.profile.departments)),
      )
    fc.assert(
      fc.property(both, ([groups, others, somebody, departments]) => {
        const again = { ...somebody, profile: { ...somebody.profile, departments } }
        const turned = others.map((one) => ({ ...one, departments: one.departments.toReversed() }))
        expect(namesFor(turned, again)).toEqual(namesFor(groups, somebody))
      }),
    )
  })

  it('never becomes fewer by a further department', () => {
    fc.assert(
      fc.property(groupsArbitrary, personArbitrary, departmentArbitrary, (groups, somebody, department) => {
        const { profile } = somebody
        const more = { ...somebody, profile: { ...profile, departments: [...profile.departments, department] } }
        expect(namesFor(groups, more)).toEqual(expect.arrayContaining(namesFor(groups, somebody)))
      }),
    )
  })

  it('never becomes more where a rule or a group goes', () => {
    fc.assert(
      fc.property(groupsArbitrary, personArbitrary, fc.nat(), fc.constantFrom(...RULES), (groups, one, at, rule) => {
        const before = namesFor(groups, one)
        const without = <T>(list: readonly T[]) => list.filter((_, n) => n !== at % Math.max(list.length, 1))
        const fewer = groups.map((one) => ({ ...one, [rule]: without<unknown>(one[rule]) }))
        expect(before).toEqual(expect.arrayContaining(namesFor(fewer, one)))
        expect(before).toEqual(expect.arrayContaining(namesFor(without(groups), one)))
      }),
    )
  })

  it('is nobody where a group has no rule, or none but a circle', () => {
    const groups = [group('empty'), group('a', { groups: ['b'] }), group('b', { groups: ['a'] })]
    fc.assert(
      fc.property(personArbitrary, (one) => {
        expect(namesFor(groups, one)).toEqual([])
      }),
    )
  })

  it('takes no userid for another kind of rule', () => {
    const groups = [group('a', { roles: [1] }), group('b', { groups: ['a'] }), group('c', { departments: [D1] })]
    for (const userid of ['1', 'role 1', 'group a', 'userid 1', 'department 1', 'a'])
      expect(namesFor(groups, person(userid))).toEqual([])
  })

  it('has those below a department where the rule says so, and in it in any case', () => {
    const groups = [group('in', { departments: [D1] }), group('below', { departments: [{ id: 1, below: true }] })]
    const within = (id: number, above: number[]) => person(null, { departments: [{ id, name: null, above }] })
    expect(namesFor(groups, within(1, []))).toEqual(['below', 'in'])
    expect(namesFor(groups, within(9, [5, 1]))).toEqual(['below'])
    expect(namesFor(groups, within(9, []))).toEqual([])
  })

  it('is explained by what is true of the person', () => {
    const groups = [group('ops', { roles: [7] }), group('all', { groups: ['ops'] })]
    const reasons = new GroupIndex(groups).reasonsFor(person('x', { roles: [roleOf(7)] }))
    expect(Object.fromEntries(reasons)).toEqual({ ops: { kind: 'role', id: 7 }, all: { kind: 'group', id: 'ops' } })
  })
})

const RULES = ['departments', 'roles', 'userids', 'groups'] as const
const D1 = { id: 1, below: false }

/** Milliseconds of this process’s processor: what else the machine does is not in it. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function medianMs(work: () => void): number {
  const times = Array.from({ length: 15 }, () => cpuMs(work)).sort((a, b) => a - b)
  return times[7] ?? Number.NaN
}

describe('two thousand groups', () => {
  const departments = Array.from({ length: 200 }, (_, n) => ({
    id: 1000 + n,
    name: null,
    above: Array.from({ length: 10 }, (_, m) => 10_000 + n * 10 + m),
  }))
  const somebody = person('zhangsan', { departments })
  const groupsFor = (count: number) =>
    Array.from({ length: count }, (_, n) =>
      group(`g${n}`, {
        departments: [{ id: 10_000 + n, below: true }],
        groups: n > 0 && n % 2 === 0 ? [`g${n - 1}`] : [],
      }),
    )

  it('cost less than 5 ms for somebody in all of them, in 200 departments with ten above each', () => {
    const index = new GroupIndex(groupsFor(2000))
    expect(index.namesFor(somebody)).toHaveLength(2000)
    const ms = medianMs(() => index.namesFor(somebody))
    console.info(`2,000 groups, 200 departments: ${ms.toFixed(2)} ms`)
    expect(ms).toBeLessThan(5)
  })

  it('cost no more than few where somebody is in few', () => {
    const of = (count: number) => {
      const index = new GroupIndex([...groupsFor(10), ...groupsFor(count).slice(10).map(elsewhere)])
      return medianMs(() => {
        for (let n = 0; n < 10; n++) index.namesFor(somebody)
      })
    }
    expect(of(20_000)).toBeLessThan(10 * of(20) + 5)
  })
})

/** The same group for departments that nobody is in. */
function elsewhere(one: NamedRules): NamedRules {
  return { ...one, groups: [], departments: one.departments.map(({ id }) => ({ id: id + 1_000_000, below: true })) }
}
