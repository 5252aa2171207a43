import { describe, expect, it } from 'vitest'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { SqlPeopleSearchRows } from '../src/adapters/database/people-search-rows.js'
import { CONSOLE_SETTINGS, enterConsole, formTokenOf, postForm } from './support/console.js'
import { createWorld, type World } from './support/world.js'

const SETTINGS = { ADMINS: CONSOLE_SETTINGS.ADMINS, DINGTALK_PROFILE: 'directory' }

async function idOf(world: World, username: string): Promise<string> {
  return String((await world.sql(`SELECT "id" FROM "User" WHERE "username" = '${username}'`))[0]?.id)
}

describe('the people in the console', () => {
  it('are found by the begin of each of their names, and by their ids', async () => {
    await using world = await createWorld(SETTINGS)
    await world.browser().logIn('lisi')
    const browser = world.browser()
    await enterConsole(browser)
    const [lisi] = await world.sql(`SELECT * FROM "User" WHERE "username" = '李四'`)
    const found = async (text: string) => {
      const page = await browser.get(`/admin/people?q=${encodeURIComponent(text)}`).expect(200)
      return page.text.includes(`/admin/people/${lisi?.id}`)
    }
    const names = ['李', '李四', '李思远', '李思', lisi?.handle, lisi?.id, lisi?.userid, lisi?.unionId].map(String)
    for (const name of names) expect(await found(name), name).toBe(true)
    expect(await found(String(lisi?.handle).toUpperCase())).toBe(true)
    for (const text of ['四', '%', '_', "'", '张', '\u0000']) expect(await found(text), text).toBe(false)
  })

  it('show hostile names as text', async () => {
    await using world = await createWorld(SETTINGS)
    await world.browser().logIn('hostile')
    const browser = world.browser()
    await enterConsole(browser)
    const list = await browser.get('/admin/people').expect(200)
    const [hostile] = await world.sql(`SELECT "id" FROM "User" WHERE "nick" LIKE '<script>%'`)
    const page = await browser.get(`/admin/people/${hostile?.id}`).expect(200)
    for (const { text } of [list, page]) {
      expect(text).toContain('&lt;script&gt;alert(1)')
      expect(text).not.toContain('<script>alert(1)')
    }
  })

  it('are there before they come, and it says so', async () => {
    await using world = await createWorld(SETTINGS)
    const browser = world.browser()
    await enterConsole(browser)
    const imported = `'expected', 'u-expected', '老李', '老李', '2026-01-01T00:00:00.000+00:00'`
    await world.sql(`INSERT INTO "User" ("id", "unionId", "username", "nick", "createdAt") VALUES (${imported})`)
    expect((await browser.get('/admin/people?lang=en').expect(200)).text).toContain('<div>not yet</div>')
    const page = await browser.get('/admin/people/expected').expect(200)
    expect(page.text).toMatch(/Imported|导入时间/)
    expect(page.text).toMatch(/not yet|尚未登录/)
  })

  it('are paged by key, and few enough to load', async () => {
    await using world = await createWorld(SETTINGS)
    const browser = world.browser()
    await enterConsole(browser)
    const rows = Array.from({ length: 120 }, (_, n) => {
      const name = `person-${String(n).padStart(3, '0')}`
      return `('${name}', 'union-${name}', '${name}', '${name}', '2026-01-01T00:00:00.000+00:00', '2026-01-01T00:00:00.000+00:00')`
    })
    await world.sql(
      `INSERT INTO "User" ("id", "unionId", "username", "nick", "createdAt", "lastLoginAt") VALUES ${rows.join(', ')}`,
    )
    const seen: string[] = []
    let next: string | undefined = '/admin/people'
    while (next) {
      const page: { text: string } = await browser.get(next).expect(200)
      expect(page.text.length).toBeLessThan(30_000)
      seen.push(...[...page.text.matchAll(/href="\/admin\/people\/(person-\d+)"/g)].map(([, id = '']) => id))
      next = /rel="next" href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(seen).toEqual(rows.map((_, n) => `person-${String(n).padStart(3, '0')}`))
  })

  it('are looked through by indexes, however many they are', async () => {
    await using world = await createWorld()
    const database = await openDatabase(world.database.url)
    const at = new Date()
    const alive = { unexpiredAt: at, seenAfter: at, seenBefore: at }
    const rows = new SqlPeopleSearchRows(database)
    expect(await rows.startingWith('x', alive)).toEqual([])
    expect(await rows.page({ after: '', isDisabled: true }, alive)).toEqual([])
    expect(await rows.withIds([], alive)).toEqual([])
    await database.close()
  })
})

describe('a leaver', () => {
  it('is out at once, with a sentence in the trail that nobody else is shown', async () => {
    await using world = await createWorld(SETTINGS)
    const [leaver, browser] = [world.browser(), world.browser()]
    await leaver.logIn('lisi')
    await enterConsole(browser)
    const id = await idOf(world, '李四')
    const page = await browser.get(`/admin/people/${id}`).expect(200)
    const token = formTokenOf(page)

    const ended = await postForm(browser, `/admin/people/${id}/end-sessions`, { token }).expect(303)
    expect(ended.headers.location).toBe(`/admin/people/${id}?done=sessions-ended`)
    await leaver.get('/me').expect(401)
    await leaver.logIn('lisi')

    const reason = '=left on <Friday>'
    await postForm(browser, `/admin/people/${id}/disable`, { token, reason }).expect(303)
    await leaver.get('/me').expect(401)
    const refused = await leaver.get(await leaver.scan('lisi')).expect(403)
    expect(refused.body.error).toBe('account_disabled')
    expect(refused.text).not.toContain('Friday')

    const again = await postForm(browser, `/admin/people/${id}/disable`, { token, reason: 'other' }).expect(303)
    expect(again.headers.location).toBe(`/admin/people/${id}?done=already-disabled`)
    await postForm(browser, `/admin/people/${id}/enable`, { token }).expect(303)
    await leaver.logIn('lisi')
    await leaver.get('/me').expect(200)
  })

  it('loses one session alone where one alone is ended', async () => {
    await using world = await createWorld(SETTINGS)
    const [one, other, browser] = [world.browser(), world.browser(), world.browser()]
    await one.logIn('lisi')
    await other.logIn('lisi')
    await enterConsole(browser)
    const id = await idOf(world, '李四')
    const token = formTokenOf(await browser.get(`/admin/people/${id}`).expect(200))
    const { body } = await one.get('/sessions').expect(200)
    const session = body.find(({ current }: { current: boolean }) => current).id
    await postForm(browser, `/admin/people/${id}/end-session`, { token, session }).expect(303)
    await one.get('/me').expect(401)
    await other.get('/me').expect(200)
    const gone = await postForm(browser, `/admin/people/${id}/end-session`, { token, session }).expect(303)
    expect(gone.headers.location).toContain('session-gone')
  })
})
