import { describe, expect, it } from 'vitest'
import { type Entrant, EntryComparison } from '../src/services/access-effects.js'
import { type Application, usualSettings } from '../src/services/application.js'
import type { Group } from '../src/services/group.js'
import { addApplication } from './support/applications.js'
import { createConsoleWorld, enterConsole, postForm } from './support/console.js'
import { addGroup, takeSteps } from './support/groups.js'
import type { World } from './support/world.js'

const DIRECTORY = { DINGTALK_PROFILE: 'directory' }

async function administrator(world: World) {
  const browser = world.browser()
  await enterConsole(browser)
  return browser
}

function hidden(page: { text: string }): Record<string, string> {
  const found = page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
  return Object.fromEntries([...found].map(([, name, value]) => [name, value]))
}

function group(name: string, rules: Partial<Group> = {}): Group {
  return { name, departments: [], roles: [], userids: [], groups: [], createdAt: new Date(0), ...rules }
}

function application(id: string, access: Application['access']): Application {
  const noSecret = { secretHash: null, previousSecretHash: null, previousSecretUntil: null }
  return { ...usualSettings, id, name: id, access, ...noSecret, createdAt: new Date(0) }
}

function person(username: string, departments: number[] = []): Entrant {
  const profile = {
    ...{ name: username, orgEmail: null, title: null, jobNumber: null, roles: [] },
    departments: departments.map((id) => ({ id, name: null, above: [1] })),
  }
  return { id: username, username, userid: username, profile, hasSession: username === 'ann' }
}

describe('what a change does to entry', () => {
  it('names who gains and who loses, by groups of groups too', () => {
    const before = {
      groups: [group('inner', { departments: [{ id: 7, below: false }] }), group('outer', { groups: ['inner'] })],
      applications: [application('wiki', ['outer']), application('free', 'everyone'), application('other', ['none'])],
    }
    const after = {
      ...before,
      groups: [group('inner', { departments: [{ id: 8, below: false }] }), group('outer', { groups: ['inner'] })],
    }
    const comparison = new EntryComparison(before, after)
    for (const one of [person('ann', [7]), person('bob', [8]), person('eve', [9]), person('joe', [7, 8])])
      comparison.add(one)
    expect(comparison.effects).toEqual([
      {
        ...{ kind: 'group', id: 'inner' },
        gain: { count: 1, signedIn: 0, names: ['bob'] },
        lose: { count: 1, signedIn: 1, names: ['ann'] },
      },
      {
        ...{ kind: 'application', id: 'wiki' },
        gain: { count: 1, signedIn: 0, names: ['bob'] },
        lose: { count: 1, signedIn: 1, names: ['ann'] },
      },
    ])
  })

  it('knows that who has no profile is in no group, and in what is for everyone', () => {
    const groups = [group('all', { departments: [{ id: 1, below: true }] })]
    const change = new EntryComparison(
      { groups, applications: [application('wiki', 'everyone')] },
      { groups, applications: [application('wiki', ['all'])] },
    )
    change.add({ ...person('ann'), profile: null })
    change.add(person('bob', [7]))
    expect(change.effects).toMatchObject([{ id: 'wiki', gain: { count: 0 }, lose: { count: 1, names: ['ann'] } }])
  })

  it('counts all and names ten', () => {
    const change = new EntryComparison(
      { groups: [], applications: [application('wiki', [])] },
      { groups: [], applications: [application('wiki', 'everyone')] },
    )
    for (let n = 0; n < 30; n++) change.add(person(`p${n}`))
    expect(change.effects[0]?.gain).toMatchObject({ count: 30 })
    expect(change.effects[0]?.gain.names).toHaveLength(10)
  })
})

describe('the console’s groups', () => {
  it('are made by a search without JavaScript, a look at who is in them, and a save', async () => {
    await using world = await createConsoleWorld(DIRECTORY)
    const browser = await administrator(world)
    const [named] = await world.sql(
      `SELECT "id", "name" FROM "DirectoryName" WHERE "id" LIKE 'department %' AND "id" <> 'department 1'`,
    )
    const id = String(named?.id).replace('department ', '')
    const page = '/admin/new-group'
    const form = { ...hidden(await browser.get(page).expect(200)), name: 'engineers' }
    const found = await postForm(browser, page, { ...form, find: String(named?.name), do: 'find' }).expect(200)
    expect(found.text).toContain(`name="department" value="${id}">`)
    expect(found.text).toContain('value="engineers"')
    const preview = await postForm(browser, page, {
      ...hidden(found),
      name: 'engineers',
      department: id,
      below: id,
      do: 'preview',
    }).expect(200)
    expect(preview.text).toContain('张三')
    expect(await world.sql('SELECT "name" FROM "Group"')).toEqual([])
    await postForm(browser, page, { ...hidden(preview), do: 'save' }).expect(303)
    const shown = await browser.get('/admin/groups/engineers').expect(200)
    expect(shown.text).toContain(String(named?.name))
    expect(shown.text).toContain('张三')
    expect(world.log).toContainEqual(expect.objectContaining({ event: 'group_added', group: 'engineers' }))
  })

  it('say what is wrong and keep what was typed', async () => {
    await using world = await createConsoleWorld(DIRECTORY)
    const browser = await administrator(world)
    const page = '/admin/new-group?lang=zh'
    const form = hidden(await browser.get(page).expect(200))
    const refused = await postForm(browser, page, { ...form, name: '<b>研发', do: 'preview' }).expect(400)
    expect(refused.text).toContain('没有任何规则')
    expect(refused.text).toContain('value="&lt;b&gt;研发"')
    expect(refused.text).not.toContain('<b>研发')
  })

  it('tell the later of two, and overwrite nothing', async () => {
    await using world = await createConsoleWorld(DIRECTORY)
    await addGroup(world, 'ops', { userids: ['a'] })
    const browser = await administrator(world)
    const page = '/admin/groups/ops/edit'
    const form = hidden(await browser.get(page).expect(200))
    const rules = { departments: [], roles: [], userids: ['theirs'], groups: [] }
    await takeSteps(world, [{ step: 'change_group', name: 'ops', rules }])
    const told = await postForm(browser, page, { ...form, userid: 'mine', do: 'save' }).expect(409)
    expect(told.text).toMatch(/<bdi>theirs<\/bdi><\/td><td><bdi>mine<\/bdi>/)
    expect((await browser.get('/admin/groups/ops').expect(200)).text).toContain('theirs')
  })

  it('cannot be removed while they are in use, and say by what', async () => {
    await using world = await createConsoleWorld(DIRECTORY)
    await addGroup(world, 'ops', { userids: ['a'] })
    await addApplication(world, { access: ['ops'] })
    const browser = await administrator(world)
    const page = await browser.get('/admin/groups/ops/remove').expect(200)
    expect(page.text).toContain('application app')
    expect(page.text).not.toContain('<form method="post"')
    await takeSteps(world, [{ step: 'remove', id: 'app' }])
    const form = hidden(await browser.get('/admin/groups/ops/remove').expect(200))
    await postForm(browser, '/admin/groups/ops/remove', form).expect(303)
    await browser.get('/admin/groups/ops').expect(404)
  })

  it('look up departments, roles, people and groups for administrators alone', async () => {
    await using world = await createConsoleWorld(DIRECTORY)
    await addGroup(world, 'engineers', { userids: ['a'] })
    const browser = await administrator(world)
    const lookUp = async (text: string) =>
      (await browser.get(`/admin/lookup?q=${encodeURIComponent(text)}`).expect(200)).body
    expect(await lookUp('engin')).toContainEqual({ kind: 'group', id: 'engineers', name: '' })
    expect(await lookUp('张')).toContainEqual(expect.objectContaining({ kind: 'userid', name: '张三' }))
    expect(await lookUp('%')).not.toContainEqual(expect.objectContaining({ kind: 'department' }))
    expect(await lookUp('1001')).toContainEqual(expect.objectContaining({ kind: 'department', id: '1001' }))
    const other = world.browser()
    await other.logIn('lisi')
    await other.get('/admin/lookup?q=a').expect(404)
  })

  it('let in and shut out in another process within a minute', async () => {
    await using world = await createConsoleWorld(DIRECTORY)
    const browser = await administrator(world)
    const [row] = await world.sql('SELECT "userid" FROM "User"')
    await addGroup(world, 'ops', { userids: [String(row?.userid)] })
    await addApplication(world, {
      id: 'wiki',
      kind: 'proxy',
      redirectUris: [],
      postLogoutRedirectUris: [],
      access: ['ops'],
    })
    const other = (await world.anotherServer()).browser()
    for (const [name, value] of browser.cookies) other.cookies.set(name, value)
    await other.get('/verify?app=wiki').expect(204)
    const page = '/admin/groups/ops/edit'
    const form = hidden(await browser.get(page).expect(200))
    const preview = await postForm(browser, page, { ...form, userid: 'somebody-else', do: 'preview' }).expect(200)
    await postForm(browser, page, { ...hidden(preview), do: 'save' }).expect(303)
    world.pass(60_000)
    await other.get('/verify?app=wiki').expect(403)
  })

  it('stand on short pages, however many they are', async () => {
    await using world = await createConsoleWorld(DIRECTORY)
    const steps = Array.from({ length: 2000 }, (_, n) => ({
      step: 'add_group' as const,
      group: group(`group-${String(n).padStart(4, '0')}`, { userids: ['a', 'b', 'c', 'd'] }),
    }))
    await takeSteps(world, steps)
    await addApplication(world)
    const browser = await administrator(world)
    for (const path of [
      '/admin/groups',
      '/admin/groups/group-0007',
      '/admin/new-group',
      '/admin/applications/app/edit',
    ]) {
      const page = await browser.get(path).expect(200)
      expect(Buffer.byteLength(page.text), path).toBeLessThan(30 * 1024)
    }
    expect((await browser.get('/admin/groups?q=1999').expect(200)).text).toContain('/admin/groups/group-1999"')
  })
})
