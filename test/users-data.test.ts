import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { makePerson } from '../src/emulator/emulator.js'
import { createPlace, type Place } from './support/operator-place.js'
import { createWorld, type World } from './support/world.js'

const AT = '2026-08-01T08:00:00.000Z'

/** Lines of a file. */
function jsonl(...people: object[]): string {
  return people.map((person) => `${JSON.stringify(person)}\n`).join('')
}

/** An operator beside a server. */
async function createBoth(
  settings: Record<string, string> = {},
): Promise<{ world: World; place: Place } & AsyncDisposable> {
  const place = await createPlace()
  const world = await createWorld({ DATABASE_URL: place.database.url, ...settings })
  return {
    world,
    place,
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    },
  }
}

async function importText(place: Place, text: string, ...options: string[]) {
  return place.users('import', place.write('people.jsonl', text), ...options)
}

async function numbersOf(place: Place, text: string, ...options: string[]) {
  const { exitCode, printed } = await importText(place, text, '--json', ...options)
  expect(exitCode, printed).toBe(0)
  return JSON.parse(printed)
}

async function exported(place: Place): Promise<Record<string, unknown>[]> {
  const { exitCode, printed } = await place.users('export')
  expect(exitCode).toBe(0)
  const lines = printed.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line))
}

async function meAfterLogin(world: World, person: string) {
  const browser = world.browser()
  await browser.logIn(person)
  return (await browser.get('/me').expect(200)).body
}

describe('users import', { timeout: 60_000 }, () => {
  it('gives somebody who has not come yet the very username, handle and id of the file', async () => {
    await using both = await createBoth()
    const { world, place } = both
    const { unionId } = world.dingtalk.person('zhangsan')
    const line = { unionId, username: 'san', handle: 'san', id: 'old-sub-of-zhangsan' }
    expect(await numbersOf(place, jsonl(line))).toMatchObject({ added: 1, known: 0 })
    expect((await place.users('list')).printed).toMatch(/^san .*not yet/m)
    expect((await place.users('show', 'san')).printed).toMatch(/^last login +not yet$/m)

    world.dingtalk.addPerson(makePerson({ id: 'stranger', nick: 'san' }))
    const stranger = await meAfterLogin(world, 'stranger')
    expect(stranger.username).toBe('san-2')
    expect(stranger.handle).not.toBe('san')
    expect(await meAfterLogin(world, 'zhangsan')).toMatchObject({ ...line, nick: '张三' })
    expect((await place.users('list')).printed).not.toContain('not yet')
  })

  it('changes nothing when it is run again, also once they have come', async () => {
    await using both = await createBoth()
    const { world, place } = both
    const { unionId } = world.dingtalk.person('zhangsan')
    const text = jsonl({ unionId, username: 'san', nick: '三' }, { unionId: 'u-2', handle: 'lisi' })
    expect(await numbersOf(place, text)).toMatchObject({ added: 1, promised: 1, known: 0 })
    expect(await numbersOf(place, text)).toMatchObject({ added: 0, changed: 0, promised: 0, known: 2 })
    await meAfterLogin(world, 'zhangsan')
    const before = await exported(place)
    expect(await numbersOf(place, text)).toMatchObject({ added: 0, changed: 0, promised: 0, known: 2 })
    expect(await exported(place)).toEqual(before)
  })

  it('makes the handle of who has none by the directory’s name, at the first login and no sooner', async () => {
    await using both = await createBoth({ DINGTALK_PROFILE: 'directory' })
    const { world, place } = both
    const { unionId } = world.dingtalk.person('zhangsan')
    await numbersOf(place, jsonl({ unionId, username: '老张' }))
    await world.anotherServer()
    expect(await place.database.sql('SELECT handle FROM "User"')).toEqual([{ handle: null }])
    expect(await meAfterLogin(world, 'zhangsan')).toMatchObject({ username: '老张', handle: 'zhangsan' })
  })

  it('keeps who is disabled in the file out, and lets an administrator in', async () => {
    await using both = await createBoth()
    const { world, place } = both
    const [zhangsan, lisi] = [world.dingtalk.person('zhangsan'), world.dingtalk.person('lisi')]
    await numbersOf(
      place,
      jsonl(
        { unionId: zhangsan.unionId, username: 'san', disabledAt: AT },
        { unionId: lisi.unionId, username: 'li', administrator: true },
      ),
    )
    const browser = world.browser()
    const refused = await browser.get(await browser.scan('zhangsan')).expect(403)
    expect(refused.body.error).toBe('account_disabled')
    const other = world.browser()
    await other.logIn('lisi')
    await other.get('/admin').expect(302)
    // Who is here already, too: they are signed out.
    expect(await numbersOf(place, jsonl({ unionId: lisi.unionId, disabledAt: AT }))).toMatchObject({ changed: 1 })
    await other.get('/me').expect(401)
  })

  it('names every fault by its line and key, and then changes nothing', async () => {
    await using both = await createBoth()
    const { world, place } = both
    const here = await meAfterLogin(world, 'zhangsan')
    await place.users('set-handle', 'u-promised', 'taken')
    const lines = [
      JSON.stringify({ unionId: 'u-good', username: 'good' }),
      '[]',
      '{"unionId":"u-3"',
      JSON.stringify({ unionId: 'u-4', username: 'four', surname: 'x' }),
      JSON.stringify({ username: 'five' }),
      JSON.stringify({ unionId: here.unionId, username: 'another' }),
      JSON.stringify({ unionId: 'u-7', username: here.username }),
      JSON.stringify({ unionId: 'u-8', username: 'taken' }),
      JSON.stringify({ unionId: 'u-9', username: 'nine', handle: 'r00t' }),
      JSON.stringify({ unionId: 'u-10', username: 'good' }),
      JSON.stringify({ unionId: 'u-good', username: 'eleven' }),
      JSON.stringify({ unionId: 'u-12', username: 'twelve', id: here.id }),
      JSON.stringify({ unionId: 'u-13', username: '\u202e ' }),
      JSON.stringify({ unionId: 'u-\u0000', username: 'fourteen' }),
      JSON.stringify({ unionId: 'u-15', nick: 'x' }),
      JSON.stringify({ unionId: 'u-16', username: 'sixteen', createdAt: 'yesterday' }),
      JSON.stringify({ unionId: 'u-17', username: 'x'.repeat(100_000) }),
      JSON.stringify({ unionId: 'u-18', username: 'eighteen', id: '18' }),
      JSON.stringify({ unionId: 'u-19', handle: 'nul\u0000' }),
      JSON.stringify({ promisedTo: 'u-20', handle: '\u0000' }),
      JSON.stringify({ unionId: 'u-21', username: 'first', createdAt: '0000-01-01T00:00:00Z' }),
      JSON.stringify({ unionId: 'u-22', username: 'last', lastLoginAt: '9999-12-31T23:59:59-01:00' }),
      JSON.stringify({ unionId: 'u-23', username: 'seen', avatarUrl: 'https://a.example/\u0000' }),
    ]
    const { exitCode, printed } = await importText(place, lines.join('\n'))
    expect(exitCode).toBe(1)
    const [head, ...faults] = printed.trim().split('\n')
    expect(head).toBe('Nothing was changed:')
    expect(faults.map((fault) => /line (\d+)(?:, ([^:]+))?:/.exec(fault)?.slice(1))).toEqual([
      ['2', undefined],
      ['3', undefined],
      ['4', 'surname'],
      ['5', 'unionId'],
      ['6', 'username'],
      ['7', 'username'],
      ['8', 'username'],
      ['9', 'handle'],
      ['10', 'username'],
      ['11', 'unionId'],
      ['12', 'id'],
      ['13', 'username'],
      ['14', 'unionId'],
      ['15', 'username'],
      ['16', 'createdAt'],
      ['17', undefined],
      ['18', 'id'],
      ['19', 'handle'],
      ['20', 'handle'],
      ['21', 'createdAt'],
      ['22', 'lastLoginAt'],
      ['23', 'avatarUrl'],
    ])
    expect(await exported(place)).toHaveLength(2)
  })

  it('steers no terminal by what stands in the file', async () => {
    await using both = await createBoth()
    const text = jsonl({ unionId: 'u-1', '\u001b]0;title\u0007\u009b31m': 1 })
    const { exitCode, printed } = await importText(both.place, text)
    expect(exitCode).toBe(1)
    expect(printed).toContain('title')
    expect(printed.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  it('takes what Windows and jq write: a mark in front, carriage returns, empty lines, nulls', async () => {
    await using both = await createBoth()
    const { place } = both
    const text = `\ufeff{"unionId":"u-1","username":"Zoe\u0308"}\r\n\r\n{"unionId":"u-2","username":"li","handle":null}\r\n \r\n`
    expect(await numbersOf(place, text)).toMatchObject({ added: 2 })
    expect((await exported(place)).map(({ username }) => username).sort()).toEqual(['Zo\u00eb', 'li'])
  })

  it('refuses bytes that are not UTF-8, without a change', async () => {
    await using both = await createBoth()
    const { place } = both
    const gbk = Buffer.concat([
      Buffer.from('{"unionId":"u-1","username":"'),
      Buffer.from([0xd5, 0xc5]),
      Buffer.from('"}\n'),
    ])
    const { exitCode, printed } = await place.users('import', place.write('gbk.jsonl', gbk))
    expect([exitCode, printed]).toEqual([1, expect.stringContaining('line 1: is not UTF-8')])
    expect(await exported(place)).toEqual([])
  })

  it('changes who has not come yet, and nobody’s name who has', async () => {
    await using both = await createBoth()
    const { world, place } = both
    const { unionId } = world.dingtalk.person('zhangsan')
    await numbersOf(place, jsonl({ unionId, username: 'san' }))
    expect(await numbersOf(place, jsonl({ unionId, username: 'sanfeng', handle: 'sanfeng' }))).toMatchObject({
      changed: 1,
    })
    expect(await meAfterLogin(world, 'zhangsan')).toMatchObject({ username: 'sanfeng', handle: 'sanfeng' })
    const { exitCode, printed } = await importText(place, jsonl({ unionId, username: 'san' }))
    expect([exitCode, printed]).toEqual([1, expect.stringContaining('line 1, username: they have another')])
  })

  it('says what it would do, and does not do it', async () => {
    await using both = await createBoth()
    const { place } = both
    const text = jsonl({ unionId: 'u-1', username: 'one' }, { unionId: 'u-2', handle: 'two' })
    expect(await numbersOf(place, text, '--dry-run')).toMatchObject({ dryRun: true, added: 1, promised: 1 })
    expect(await exported(place)).toEqual([])
  })

  it('twice at once adds everybody once', async () => {
    await using both = await createBoth()
    const { place } = both
    const text = jsonl(...Array.from({ length: 900 }, (_, n) => ({ unionId: `u-${n}`, username: `人${n}` })))
    const runs = await Promise.all([1, 2].map(() => importText(place, text, '--json')))
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    const added = runs.map(({ printed }) => JSON.parse(printed).added)
    expect(added[0] + added[1]).toBe(900)
    expect(await exported(place)).toHaveLength(900)
  })

  it('while somebody of the file logs in leaves one of them, with one name', async () => {
    await using both = await createBoth()
    const { world, place } = both
    const people = Array.from({ length: 12 }, (_, n) => makePerson({ id: `p${n}`, nick: `nick${n}` }))
    for (const person of people) world.dingtalk.addPerson(person)
    const text = jsonl(...people.map(({ unionId }, n) => ({ unionId, username: `imported-${n}` })))
    const [run] = await Promise.all([importText(place, text), ...people.map(({ id }) => world.browser().logIn(id))])
    const rows = await place.database.sql('SELECT "unionId", username FROM "User"')
    expect(new Set(rows.map(({ unionId }) => unionId)).size).toBe(12)
    expect(rows).toHaveLength(12)
    const imported = rows.filter(({ username }) => String(username).startsWith('imported-'))
    // Whoever was quicker than the file keeps the nick, and is named.
    expect(run.exitCode).toBe(imported.length === 12 ? 0 : 1)
  })
})

describe('users export', { timeout: 60_000 }, () => {
  it('restores everybody on an empty database, with ids, mailboxes, rights and what nobody gets again', {
    timeout: 60_000,
  }, async () => {
    await using both = await createBoth({ DINGTALK_PROFILE: 'directory' })
    const { world, place } = both
    for (const person of ['zhangsan', 'lisi', 'zhangwei1', 'zhangwei2']) await meAfterLogin(world, person)
    await place.users('disable', '李四')
    await place.users('make-admin', '张三')
    await place.users('set-handle', 'somebody', 'promised')
    await place.users('delete', '张伟', '--yes')
    const file = path.join(place.directory, 'all.jsonl')
    expect((await place.users('export', file)).exitCode).toBe(0)
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await place.users('export', file)).printed).toContain('There is a file')
    expect(readdirSync(place.directory).filter((name) => name.endsWith('.part'))).toEqual([])
    const document = JSON.parse((await place.users('export', '--json')).printed)
    expect(document).toEqual(await exported(place))

    await using other = await createBoth({ DINGTALK_PROFILE: 'directory' })
    const text = readFileSync(file, 'utf8')
    await numbersOf(other.place, text)
    expect(await exported(other.place)).toEqual(await exported(place))
    expect(text).toContain('"workEmails":["zhangsan@corp.example"]')

    const people = (await exported(place)).filter(({ id }) => id !== undefined)
    expect(people).toHaveLength(3)
    other.world.dingtalk.addPerson(makePerson({ id: 'namesake', nick: '张伟' }))
    expect((await meAfterLogin(other.world, 'namesake')).username).toBe('张伟-3')
  })
})
