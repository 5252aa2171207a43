import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PrismaAccessRows } from '../src/adapters/database/access-rows.js'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { readAccess } from '../src/cli/access-file.js'
import { createLogger } from '../src/log.js'
import type { AccessRows } from '../src/services/access.js'
import { AccessPlans, planAccess, type WantedAccess } from '../src/services/access-plans.js'
import { usualSettings } from '../src/services/application.js'
import { Applications } from '../src/services/applications.js'
import { Audit } from '../src/services/audit.js'
import type { DirectoryProfile } from '../src/services/directory.js'
import type { GroupRules, NamedRules } from '../src/services/group.js'
import { membersOf } from '../src/services/group-members.js'
import { circlesAmong, judgeGroup } from '../src/services/group-rules.js'
import { Groups } from '../src/services/groups.js'
import type { ListedUser } from '../src/services/ports.js'
import { addGroup, removeGroup, takeSteps } from './support/groups.js'
import { createPlace, type Place } from './support/operator-place.js'

const audit = new Audit({ log: createLogger('silent') })
const ops: Partial<GroupRules> = { roles: [2001] }

function rules(given: Partial<GroupRules> = {}): GroupRules {
  return { departments: [], roles: [], userids: [], groups: [], ...given }
}

async function namesIn({ rows }: Pick<Place, 'rows'>): Promise<string[]> {
  return (await rows.read()).groups.map(({ name }) => name)
}

async function found(place: Place, name: string): Promise<GroupRules | undefined> {
  const group = (await place.rows.read()).groups.find((one) => one.name === name)
  if (!group) return undefined
  const { createdAt, name: _, ...rules } = group
  return rules
}

/** An application for these groups, whatever the rules say of it. */
function addApplicationFor(place: Place, access: string[], id = 'grafana') {
  const noSecret = { secretHash: null, previousSecretHash: null, previousSecretUntil: null }
  const application = { ...usualSettings, id, name: id, kind: 'proxy' as const, access, ...noSecret }
  return takeSteps(place, [{ step: 'add', application: { ...application, createdAt: new Date() } }])
}

describe('groups add', () => {
  it('takes every rule, and says so', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    const given = ['--department', '1001', '1003', '--department-below', '1002', '--role', '2001', '--role', '2002']
    const more = ['--userid', 'zhangsan', 'lisi', '--group', 'ops']
    const { exitCode, output, printed } = await place.groups('add', 'engineers', ...given, ...more)
    expect(exitCode).toBe(0)
    expect(printed).toMatch(/^who +department 1001$/m)
    expect(printed).toMatch(/^ +department 1002 and below$/m)
    expect(output).toMatch(/"event":"group_added","group":"engineers"/)
    expect(await found(place, 'engineers')).toEqual({
      departments: [
        { id: 1001, below: false },
        { id: 1003, below: false },
        { id: 1002, below: true },
      ],
      roles: [2001, 2002],
      userids: ['zhangsan', 'lisi'],
      groups: ['ops'],
    })
  })

  it('counts what is below the departments with --below', async () => {
    await using place = await createPlace()
    const group = await place.groupsJson('add', 'engineers', '--department', '1001', '1002', '--below')
    expect(group).toMatchObject({ name: 'engineers', ...rules(), usedBy: [], departments: expect.any(Array) })
    expect((await found(place, 'engineers'))?.departments).toEqual([
      { id: 1001, below: true },
      { id: 1002, below: true },
    ])
  })

  it.each([
    ['an id that is none', ['--department', '1e3']],
    ['an id of zero', ['--role', '0']],
    ['an id below zero', ['--role=-1']],
    ['--below without a department', ['--role', '1', '--below']],
    ['an option that there is not', ['--people', 'zhangsan']],
  ])('does not understand %s', async (_, more) => {
    await using place = await createPlace()
    expect(await place.groups('add', 'ops', ...more)).toMatchObject({ exitCode: 2 })
    expect(await namesIn(place)).toEqual([])
  })

  it.each([
    ['no rule at all', {}, 'engineers: has no rule'],
    ['a group that is not there', { groups: ['ops', 'gone'] }, 'groups[1]: there is no group gone'],
    ['itself', { groups: ['engineers'] }, 'groups[0]: is a circle: engineers → engineers'],
    ['an id twice', { roles: [7, 7] }, 'roles[1]: is given twice'],
  ])('refuses %s', async (_, given, message) => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    await expect(addGroup(place, 'engineers', given)).rejects.toThrow(`Nothing was changed:\n  ${message}`)
    expect(await namesIn(place)).toEqual(['ops'])
  })

  it('refuses a department in both ways, with exit code 1', async () => {
    await using place = await createPlace()
    const refused = await place.groups('add', 'engineers', '--department', '7', '--department-below', '7')
    expect(refused).toMatchObject({ exitCode: 1, output: expect.stringContaining('  departments[1]: is given twice') })
  })

  it('refuses what is there already, and leaves it', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    const again = await place.groups('add', 'ops', '--role', '1')
    expect(again).toMatchObject({ exitCode: 1, output: expect.stringContaining('There is a group ops already.') })
    expect(await found(place, 'ops')).toEqual(rules(ops))
  })
})

describe('what a group may be', () => {
  const faultsOf = (group: Partial<NamedRules>, others: string[] = []) =>
    judgeGroup({ name: 'a', ...rules(ops), ...group }, new Set([group.name ?? 'a', ...others])).map(({ path }) => path)

  it.each(['engineers', 'A', '7', 'Site-2.ops_x', 'a'.repeat(63)])('takes the name %s', (name) => {
    expect(faultsOf({ name })).toEqual([])
  })

  it.each(['', '-a', '.a', '_a', 'a b', 'a,b', '工程师', 'a'.repeat(64), 'a\n', '__proto__', 'everyone', 'Everyone'])(
    'refuses the name %j',
    (name) => {
      expect(faultsOf({ name })).toEqual([''])
    },
  )

  it('refuses a name that differs from another in case alone', () => {
    expect(faultsOf({ name: 'Ops' }, ['ops'])).toEqual([''])
    expect(faultsOf({ name: 'Ops' }, ['Ops'])).toEqual([])
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses the id %d', (id) => {
    expect(
      faultsOf({
        departments: [
          { id: 1, below: false },
          { id, below: true },
        ],
      }),
    ).toEqual(['departments[1].id'])
    expect(faultsOf({ roles: [id] })).toEqual(['roles[0]'])
  })

  it.each(['', ' zhangsan', 'zhang\u202esan', 'a\n', 'a'.repeat(65)])('refuses the userid %j', (userid) => {
    expect(faultsOf({ userids: ['lisi', userid] })).toEqual(['userids[1]'])
  })

  it('refuses what is given twice', () => {
    const D = { id: 1, below: false }
    expect(faultsOf({ departments: [D, { ...D, below: true }] })).toEqual(['departments[1]'])
    expect(faultsOf({ roles: [1, 2, 1], userids: ['u', 'u'] })).toEqual(['roles[2]', 'userids[1]'])
    expect(faultsOf({ groups: ['b', 'b'] }, ['b'])).toEqual(['groups[1]'])
  })

  it('names each circle in its order, once', () => {
    const group = (name: string, ...groups: string[]) => ({ name, ...rules({ groups }) })
    const all = [group('a', 'x', 'b'), group('b', 'c'), group('c', 'a'), group('d', 'a', 'd'), group('x', 'gone')]
    expect(circlesAmong(all).map(({ name, path, problem }) => ({ name, path, problem }))).toEqual([
      { name: 'a', path: 'groups[1]', problem: 'is a circle: a → b → c → a' },
      { name: 'd', path: 'groups[1]', problem: 'is a circle: d → d' },
    ])
    expect(circlesAmong([group('a', 'b', 'c'), group('b', 'c'), group('c')])).toEqual([])
  })
})

describe('groups change', () => {
  it('changes what is given, and leaves the rest', async () => {
    await using place = await createPlace()
    const before = rules({ departments: [{ id: 1001, below: true }], roles: [1], userids: ['lisi'] })
    await addGroup(place, 'ops', before)
    const changed = await place.groups('change', 'ops', '--role', '2', '3', '--no-userid')
    expect(changed).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/"event":"group_changed","group":"ops","fields":"roles userids"/),
    })
    expect(await found(place, 'ops')).toEqual({ ...before, roles: [2, 3], userids: [] })
    expect((await place.groups('change', 'ops', '--no-department')).exitCode).toBe(0)
    expect(await found(place, 'ops')).toEqual(rules({ roles: [2, 3] }))
  })

  it('writes nothing where nothing is to be another', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    const { revision } = await place.rows.read()
    const { exitCode, output } = await place.groups('change', 'ops', '--role', '2001')
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.not.stringContaining('group_changed') })
    expect((await place.rows.read()).revision).toBe(revision)
  })

  it('takes no last rule away, and closes no circle', async () => {
    await using place = await createPlace()
    await addGroup(place, 'c', ops)
    await addGroup(place, 'b', { groups: ['c'] })
    await addGroup(place, 'a', { groups: ['b'] })
    const empty = await place.groups('change', 'c', '--no-role')
    expect(empty).toMatchObject({ exitCode: 1, output: expect.stringContaining('  c: has no rule') })
    const circle = await place.groups('change', 'c', '--group', 'a')
    expect(circle.exitCode).toBe(1)
    expect(circle.output).toContain('  groups[0]: is a circle: c → a → b → c')
    expect(await found(place, 'c')).toEqual(rules(ops))
  })

  it('says that there is none', async () => {
    await using place = await createPlace()
    for (const [command = '', ...more] of [['show'], ['change', '--role', '1'], ['remove']])
      expect(await place.groups(command, 'ops', ...more)).toMatchObject({
        exitCode: 1,
        output: expect.stringContaining('There is no group ops.'),
      })
  })
})

describe('groups remove', () => {
  it('refuses a group that is in use, by an application or a group, and says by which', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    await addGroup(place, 'all', { groups: ['ops'] })
    await addApplicationFor(place, ['ops'])
    await expect(removeGroup(place, 'ops')).rejects.toThrow('  ops: is in use, by application grafana, group all')
    expect(await place.groups('remove', 'ops')).toMatchObject({ exitCode: 1 })
    expect(await place.groupsJson('list')).toMatchObject([
      { name: 'all', usedBy: [] },
      { name: 'ops', usedBy: ['application grafana', 'group all'] },
    ])
    await removeGroup(place, 'all')
    await takeSteps(place, [{ step: 'change', id: 'grafana', fields: { access: 'everyone' } }])
    const removed = await place.groups('remove', 'ops')
    expect(removed).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/"event":"group_removed","group":"ops"/),
    })
    expect(await namesIn(place)).toEqual([])
  })
})

const IN_1001 = { id: 1001, below: false }
const D1001 = { id: 1001, name: '研发部', above: [] }

function profile(known: Partial<DirectoryProfile>): DirectoryProfile {
  return { name: null, orgEmail: null, title: null, jobNumber: null, departments: [], roles: [], ...known }
}

/** Somebody who has logged in; what the directory said of them is null where it was not read. */
async function addPerson(place: Place, name: string, known: Partial<DirectoryProfile> | null) {
  const json = known === null ? 'NULL' : `'${JSON.stringify(profile(known))}'`
  const time = "'2026-08-01T08:00:00.000+00:00'"
  await place.database.sql(`INSERT INTO "User"
    (id, "unionId", username, nick, userid, "createdAt", "lastLoginAt", profile, "profileReadAt")
    VALUES ('id-${name}', 'union-${name}', '${name}', '${name}', '${name}', ${time}, ${time}, ${json}, ${time})`)
}

/** What the directory said that a department or a role is called. */
function addName(place: Place, id: string, name: string) {
  return place.database.sql(
    `INSERT INTO "DirectoryName" (id, name, "readAt") VALUES ('${id}', '${name}', '2026-08-01T08:00:00.000+00:00')`,
  )
}

describe('groups show', () => {
  it('says who is in it, and why', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', { ...ops, userids: ['wangwu', 'zhaoliu'] })
    await addGroup(place, 'all', { departments: [{ id: 1, below: true }, IN_1001], groups: ['ops'] })
    await addPerson(place, 'zhangsan', { name: '张三', departments: [{ ...D1001, above: [1] }] })
    await addPerson(place, 'lisi', { roles: [{ id: 2001, name: '运维' }] })
    await addPerson(place, 'wangwu', null)
    await addPerson(place, 'sunqi', { departments: [{ ...D1001, id: 1002 }] })

    await addName(place, 'department 1001', '研发部')
    await addName(place, 'role 2001', '运维')

    const { people, ...group } = await place.groupsJson('show', 'all')
    expect(group).toMatchObject({ name: 'all', groups: ['ops'], usedBy: [], names: { 'department 1001': '研发部' } })
    expect(people).toEqual([
      expect.objectContaining({ username: 'lisi', because: ['group ops', 'role 2001'], disabledAt: null }),
      expect.objectContaining({ username: 'zhangsan', name: '张三', because: ['department 1001'] }),
    ])
    const { printed } = await place.groups('show', 'all')
    expect(printed).toMatch(/^who +department 1 and below$/m)
    expect(printed).toMatch(/^ +department 1001 研发部$/m)
    expect(printed).toMatch(/^lisi .* group ops, as role 2001 运维 /m)
    expect(printed).toMatch(/^zhangsan +张三 .* department 1001 研发部 /m)
    expect(printed).not.toMatch(/wangwu|sunqi/)
    expect((await place.groups('list')).printed).toMatch(
      /^ops +role 2001 运维, userid wangwu, userid zhaoliu +group all$/m,
    )
  })

  it('is JSON where nobody is in it, too', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    expect(await place.groupsJson('show', 'ops')).toMatchObject({ name: 'ops', people: [] })
  })

  it('reads people a page at a time', async () => {
    let pages = 0
    const people = async function* () {
      for (; pages < 1000; pages++) yield [{ userid: 'lisi', profile: profile({}) } as ListedUser]
    }
    const group = { name: 'ops', ...rules({ userids: ['lisi'] }), createdAt: new Date() }
    const members = membersOf('ops', [group], people())
    await members.next()
    expect(pages).toBeLessThan(3)
  })
})

describe('users show', () => {
  it('has the ids that groups are made of, and the groups', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    await addGroup(place, 'all', { groups: ['ops'] })
    const roles = [{ id: 2001, name: '运维' }]
    const known = { name: '李四', orgEmail: 'lisi@corp.example', title: '运维工程师', jobNumber: '0007', roles }
    await addPerson(place, 'lisi', { ...known, departments: [{ ...D1001, above: [900, 1] }] })
    const { printed } = await place.users('show', 'lisi')
    expect(printed).toMatch(/^work e-mail +lisi@corp\.example\ntitle +运维工程师\njob number +0007$/m)
    expect(printed).toMatch(/^departments +1001 研发部, below 900, 1$/m)
    expect(printed).toMatch(/^roles +2001 运维$/m)
    expect(printed).toMatch(/^groups +all\n +ops$/m)
    const json = JSON.parse((await place.users('show', 'lisi', '--json')).printed)
    expect(json).toMatchObject({ groups: ['all', 'ops'], user: { profile: { name: '李四' } }, sessions: [] })
  })
})

/** Rows that two operators have read before either writes. */
function readByBoth(rows: AccessRows, count: number): AccessRows {
  let all = () => {}
  const barrier = new Promise<void>((resolve) => {
    all = resolve
  })
  let waiting = 0
  return {
    revision: () => rows.revision(),
    read: async () => {
      const read = await rows.read()
      if (++waiting >= count) all()
      await barrier
      return read
    },
    take: (steps, revision) => rows.take(steps, revision),
  }
}

describe('of two operators at once', () => {
  type Operator = (tools: { groups: Groups; applications: Applications }) => Promise<unknown>
  const http = { allowHttp: false }
  const cases: Record<string, [Operator, Operator]> = {
    'one removes the group that the other makes an application for': [
      ({ groups }) => groups.remove('ops'),
      ({ applications }) => applications.change('grafana', { access: ['ops'] }, http),
    ],
    'one removes the group that the other names in a group': [
      ({ groups }) => groups.remove('ops'),
      ({ groups }) => groups.change('leads', { groups: ['ops'] }),
    ],
    'each closes half a circle': [
      ({ groups }) => groups.change('ops', { groups: ['leads'] }),
      ({ groups }) => groups.change('leads', { groups: ['ops'] }),
    ],
    'both add the same group': [
      ({ groups }) => groups.add('new', rules({ roles: [1] })),
      ({ groups }) => groups.add('new', rules({ roles: [2] })),
    ],
    'each changes another rule of one group': [
      ({ groups }) => groups.change('ops', { roles: [1] }),
      ({ groups }) => groups.change('ops', { userids: ['lisi'] }),
    ],
  }

  it.each(Object.entries(cases))('one is told and has done nothing: %s', async (_, operators) => {
    for (const order of [operators, operators.toReversed()]) {
      await using place = await createPlace()
      await addGroup(place, 'ops', ops)
      await addGroup(place, 'leads', { roles: [7] })
      await addApplicationFor(place, [])
      const before = await place.rows.read()
      const rows = readByBoth(place.rows, 2)
      const tools = { groups: new Groups({ rows, audit }), applications: new Applications({ rows, audit }) }
      const results = await Promise.allSettled(order.map((work) => work(tools)))
      const refused = results.filter(({ status }) => status === 'rejected')
      expect(refused).toEqual([
        expect.objectContaining({
          reason: expect.objectContaining({ message: expect.stringMatching(/^Somebody else has changed/) }),
        }),
      ])
      const after = await place.rows.read()
      expect(after.revision).toBe(before.revision + 1)
      const names = new Set(after.groups.map(({ name }) => name))
      expect(after.groups.flatMap((group) => judgeGroup(group, names))).toEqual([])
      expect(circlesAmong(after.groups)).toEqual([])
      for (const { access } of after.applications) expect(names).toEqual(new Set([...names, ...access]))
    }
  })

  it('one alone writes, of ten connections that have read the same', async () => {
    await using place = await createPlace()
    const { revision } = await place.rows.read()
    const take = async (n: number) => {
      const database = await openDatabase(place.database.url)
      const group = { name: `g${n}`, ...rules(ops), createdAt: new Date() }
      const done = await new PrismaAccessRows(database).take([{ step: 'add_group', group }], revision)
      await database.close()
      return done
    }
    const done = await Promise.all(Array.from({ length: 10 }, (_, n) => take(n)))
    expect(done.filter(Boolean)).toHaveLength(1)
    expect(await namesIn(place)).toHaveLength(1)
    expect((await place.rows.read()).revision).toBe(revision + 1)
  })
})

/** What a file of this text wants. */
function read(text: string): WantedAccess {
  const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  const file = path.join(directory, 'access.yaml')
  try {
    writeFileSync(file, text)
    return readAccess(file)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const FILE = `
groups:
  engineers:
    departments: [{ id: 1001, below: true }, { id: 1002 }]
    roles: [2001]
    userids: [zhangsan]
    groups: [ops]
  ops: { roles: [2002] }
applications:
  wiki: { name: Wiki, kind: proxy, access: [engineers] }
`

describe('apply', () => {
  it('takes names as they are written, where YAML would make numbers of them', () => {
    const { groups } = read('groups: { 007: { roles: [1] }, 0x1F: { groups: ["007"] }, 1.0: { roles: [2] } }')
    expect(groups?.map(({ name }) => name)).toEqual(['007', '0x1F', '1.0'])
  })

  it('takes groups beside applications, all at once', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    const file = place.write('access.yaml', FILE)
    const { exitCode, output, printed } = await place.apps('apply', file)
    expect(exitCode).toBe(0)
    expect(printed).toMatch(/^group engineers +added$/m)
    expect(printed).toMatch(/^group ops +changed +roles$/m)
    for (const event of ['group_added', 'group_changed', 'application_added'])
      expect(output).toContain(`"event":"${event}"`)
    expect(await found(place, 'engineers')).toEqual({
      departments: [
        { id: 1001, below: true },
        { id: 1002, below: false },
      ],
      roles: [2001],
      userids: ['zhangsan'],
      groups: ['ops'],
    })
    const { revision } = await place.rows.read()
    const again = await place.groupsJson('apply', file, '--prune')
    expect(again).toMatchObject({ added: [], changed: [], removed: [], groups: { unchanged: ['engineers', 'ops'] } })
    expect((await place.rows.read()).revision).toBe(revision)
  })

  it('leaves what the file has no section for, with --prune too', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    await addApplicationFor(place, ['ops'])
    const applications = place.write('apps.yaml', 'applications: { wiki: { name: Wiki, kind: proxy, access: [ops] } }')
    expect(await place.json('apply', applications, '--prune')).toMatchObject({
      added: ['wiki'],
      removed: ['grafana'],
      groups: { removed: [] },
    })
    const groups = place.write('groups.yaml', 'groups: { ops: { roles: [1] }, leads: { roles: [2] } }')
    expect(await place.groupsJson('apply', groups, '--prune')).toMatchObject({ removed: [], added: [] })
    expect(await namesIn(place)).toEqual(['leads', 'ops'])
    expect((await place.rows.read()).applications.map(({ id }) => id)).toEqual(['wiki'])
  })

  it('prunes no group that an application or a group still names', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    await addGroup(place, 'leads', { groups: ['ops'] })
    await addApplicationFor(place, ['ops'])
    const plans = new AccessPlans({ rows: place.rows, audit })
    const pruned = plans.make(read('groups: { leads: { groups: [ops] } }'), { prune: true })
    await expect(pruned).rejects.toThrow('\n  groups.leads.groups[0]: there is no group ops\n')
    await expect(pruned).rejects.toThrow('\n  groups.ops: would go, and is in use, by grafana')
    expect(await namesIn(place)).toEqual(['leads', 'ops'])
    const both = place.write('both.yaml', 'groups: {}\napplications: {}\n')
    expect((await place.apps('apply', both, '--prune')).exitCode).toBe(0)
    expect(await place.rows.read()).toMatchObject({ groups: [], applications: [] })
  })

  it('names all that is wrong by its path, and then changes nothing', async () => {
    await using place = await createPlace()
    const file = place.write(
      'access.yaml',
      `
groups:
  a: { groups: [b] }
  b: { groups: [a, gone] }
  none: {}
  工程师: { roles: [1] }
  Ops: { roles: [1] }
  ops: { roles: [0] }
applications:
  wiki: { name: Wiki, kind: proxy, access: [a, missing, a] }
`,
    )
    const { exitCode, output } = await place.apps('apply', file)
    expect(exitCode).toBe(1)
    for (const fault of [
      'groups.a.groups[0]: is a circle: a → b → a',
      'groups.b.groups[1]: there is no group gone',
      'groups.none: has no rule',
      'groups.工程师: must be called',
      'groups.Ops: differs from the group ops in case alone',
      'groups.ops.roles[0]: must be an id',
      'applications.wiki.access[1]: there is no group missing',
      'applications.wiki.access[2]: is given twice',
    ])
      expect(output).toContain(`  ${fault}`)
    expect(await place.rows.read()).toMatchObject({ groups: [], applications: [] })
  })

  it.each([
    ['a userid without quotes', 'groups: { a: { userids: [0123] } }', 'groups.a.userids[0]: must be a text'],
    ['a group without quotes', 'groups: { a: { groups: [7] } }', 'groups.a.groups[0]: must be a text'],
    ['an id in quotes', 'groups: { a: { roles: ["1"] } }', 'groups.a.roles[0]: must be a number, without quotes'],
    ['a department that is no id', 'groups: { a: { departments: [1001] } }', 'groups.a.departments[0]: '],
    ['a key that there is not', 'groups: { a: { people: [x] } }', 'groups.a.people: is no key that is known'],
    ['a section that is empty', 'groups:', 'groups: '],
    ['no section', '{}', 'the file: has neither applications nor groups'],
    ['a group twice', 'groups: { a: { roles: [1] }, a: { roles: [2] } }', 'is no YAML'],
  ])('does not understand %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message)
  })

  it.each(['INSERT', 'UPDATE', 'DELETE'] as const)(
    'does all or nothing: where no %s of groups is possible',
    async (verb) => {
      await using place = await createPlace()
      await addGroup(place, 'ops', ops)
      await addGroup(place, 'old', ops)
      const before = await place.rows.read()
      const allow = await place.database.forbid(verb, 'Group')
      const file = place.write('access.yaml', FILE)
      expect((await place.apps('apply', file, '--prune')).exitCode).toBe(1)
      expect(await place.rows.read()).toEqual(before)
      await allow()
      expect((await place.apps('apply', file, '--prune')).exitCode).toBe(0)
    },
  )

  it('does nothing with --dry-run', async () => {
    await using place = await createPlace()
    const { printed } = await place.groups('apply', place.write('access.yaml', FILE), '--dry-run')
    expect(printed).toMatch(/^group ops +added$/m)
    expect(await namesIn(place)).toEqual([])
  })
})

describe('export', () => {
  it('writes what apply restores, by either name of the command', async () => {
    await using place = await createPlace()
    expect((await place.apps('apply', place.write('access.yaml', FILE))).exitCode).toBe(0)
    const { printed } = await place.groups('export')
    expect(await place.json('export')).toEqual(parse(printed))
    expect(parse(printed).groups).toEqual(parse(FILE).groups)

    await using other = await createPlace()
    expect((await other.groups('apply', other.write('access.yaml', printed))).exitCode).toBe(0)
    const without = async ({ rows }: Place) => {
      const { groups, applications } = await rows.read()
      return [...groups, ...applications].map(({ createdAt, ...rest }) => rest)
    }
    expect(await without(other)).toEqual(await without(place))
  })
})

describe('apps', () => {
  it('are for groups that there are', async () => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    const added = await place.apps('add', 'wiki', '--name', 'Wiki', '--proxy', '--group', 'ops')
    expect(added).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^Warning: wiki is for groups, and /m) })
    expect(added.printed).toMatch(/^for +ops$/m)
    expect(await place.apps('change', 'wiki', '--group', 'ops', 'Ops')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('  access[1]: there is no group Ops'),
    })
    expect(await place.server.find('wiki')).toMatchObject({ access: ['ops'] })
  })

  it.each([
    ['directory', false],
    ['wrong', true],
  ])('show the secret of what is for groups, whatever DINGTALK_PROFILE is: %s', async (value, isWarned) => {
    await using place = await createPlace()
    await addGroup(place, 'ops', ops)
    place.write('.env', `DINGTALK_PROFILE=${value}\n`)
    const uri = ['--redirect-uri', 'https://grafana.example.com/cb']
    const { output, printed } = await place.apps(
      'add',
      'grafana',
      '--name',
      'Grafana',
      ...uri,
      '--group',
      'ops',
      '--json',
    )
    expect(JSON.parse(printed)).toMatchObject({ secret: expect.any(String) })
    expect(output.includes('{"warning":{"path":"grafana","problem":"is for groups')).toBe(isWarned)
  })
})

describe('docs/groups.md', () => {
  it.each(['docs', 'docs/zh'])('has a file that apply takes: %s', (folder) => {
    const file = new URL(`../${folder}/groups.md`, import.meta.url)
    expect(existsSync(file)).toBe(true)
    const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(readFileSync(file, 'utf8')) ?? []
    const wanted = read(yaml)
    const nothing = { applications: [], groups: [], revision: 0 }
    const plan = planAccess(nothing, wanted, { prune: false, now: new Date() })
    expect(plan.faults).toEqual([])
    expect(plan.groups.added.length).toBeGreaterThan(0)
  })
})
