import { once } from 'node:events'
import { get } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvLine, harmless } from '../src/console/trail/csv.js'
import { eventGroups } from '../src/console/trail/event-groups.js'
import { csvOf } from '../src/console/trail/export.js'
import { quickRange } from '../src/console/trail/trail-filter.js'
import { auditEvents } from '../src/services/audit-events.js'
import { idAt } from '../src/services/audit-ids.js'
import type { AuditRecord } from '../src/services/audit-trail.js'
import type { Browser } from './support/browser.js'
import { createConsoleWorld, enterConsole } from './support/console.js'
import type { World } from './support/world.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR

function record(fields: Partial<AuditRecord> & { id: string }): AuditRecord {
  return {
    at: new Date(Number.parseInt(fields.id.slice(0, 12), 16)),
    event: 'login_succeeded',
    ...{ outcome: null, userId: null, application: null, administratorId: null, sessionId: null },
    ...{ requestId: null, ip: null, userAgent: null, details: null },
    ...fields,
  }
}

const DEVICE =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const idOf = (at: number, n = 0) => idAt(at) + n.toString(16).padStart(12, '0')

/** Puts a record into the trail's table. */
async function insert(world: World, fields: Partial<AuditRecord> & { id: string }): Promise<void> {
  const { at, details, ...rest } = record(fields)
  const columns = { ...rest, at: at.toISOString(), details: details && JSON.stringify(details) }
  const quoted = Object.values(columns).map((value) => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`))
  const names = Object.keys(columns).map((name) => `"${name}"`)
  await world.sql(`INSERT INTO "AuditRecord" (${names.join(', ')}) VALUES (${quoted.join(', ')})`)
}

async function administrator(world: World): Promise<Browser> {
  const browser = world.browser()
  await enterConsole(browser)
  return browser
}

describe('a line of the file', () => {
  it('is read back as it was written, as long as it is harmless', () => {
    expect(csvLine(['a', 'with "quotes", and commas', null, ''])).toBe('"a","with ""quotes"", and commas","",""\r\n')
  })

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@x',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    ' =1',
    '\t=1',
    '\r=1',
    '\n=1',
    '\u3000=1',
    '\ufeff=1',
    '\u200b=1',
    "'=1",
    '"=1',
  ])('begins no formula: %j', (text) => expect(harmless(text)).toMatch(/^'/))

  it('has no cell that begins a formula, however it is cut', () => {
    const odd = fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      '＝',
      '＠',
      '\t',
      '\r',
      '\n',
      ' ',
      ';',
      ',',
      '|',
      '"',
      "'",
      '\u3000',
      '\0',
      'a',
    )
    fc.assert(
      fc.property(
        fc.array(odd).map((characters) => characters.join('')),
        (text) => {
          const cell = harmless(text)
          expect(cell).not.toMatch(/\p{Cc}/u)
          for (const part of cell.split(/[;,|]/)) expect(part.trim()).not.toMatch(/^[=+\-@＝＋－＠]/)
        },
      ),
    )
  })
})

describe('the events of the filter', () => {
  it('have every event of the trail in a group, but for what is only counted', () => {
    const grouped = new Set<string>(Object.values(eventGroups).flat())
    expect(auditEvents.filter((event) => !grouped.has(event))).toEqual(['login_begun'])
  })
})

describe('the quick choices', () => {
  const now = new Date(2026, 1, 14, 9, 30)
  it.each([
    ['today', new Date(2026, 1, 14), undefined],
    ['yesterday', new Date(2026, 1, 13), new Date(2026, 1, 14)],
    ['week', new Date(2026, 1, 8), undefined],
    ['quarter', new Date(2025, 9, 1), new Date(2026, 0, 1)],
  ] as const)('know %s', (when, from, until) => {
    expect(quickRange(when, now)).toEqual(until ? { from, until } : { from })
  })
})

describe('/admin/trail', () => {
  it('shows yesterday’s refusals in two clicks', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    const yesterday = new Date()
    yesterday.setDate(yesterday.getDate() - 1)
    yesterday.setHours(12, 0, 0, 0)
    await insert(world, {
      id: idOf(yesterday.getTime()),
      event: 'login_refused',
      outcome: 'not_a_member',
      ip: '203.0.113.7',
    })
    await insert(world, { id: idOf(yesterday.getTime() - 3 * DAY), event: 'login_refused', ip: '203.0.113.8' })
    await insert(world, { id: idOf(yesterday.getTime(), 1), event: 'login_succeeded', ip: '203.0.113.9' })

    const overview = await browser.get('/admin').expect(200)
    const trail = await browser.get(/href="(\/admin\/trail[^"]*)"/.exec(overview.text)?.[1] ?? '').expect(200)
    const link = [...trail.text.matchAll(/<a href="([^"]*)"[^>]*>([^<]*)/g)].find(
      ([, , text]) => text === 'Yesterday’s refusals',
    )
    const { text } = await browser.get((link?.[1] ?? '').replaceAll('&amp;', '&')).expect(200)
    expect(text).toContain('203.0.113.7')
    expect(text).toContain('This account is not in the organisation')
    expect(text).not.toContain('203.0.113.8')
    expect(text).not.toContain('203.0.113.9')
  })

  it('finds a person by name, and asks whom where several are called so', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    await world.browser().logIn('lisi')
    const people = await world.sql('SELECT "id", "nick" FROM "User"')
    const id = (nick: string) => String(people.find((one) => one.nick === nick)?.id)
    await insert(world, { id: idOf(Date.now() - HOUR), userId: id('李四'), ip: '203.0.113.7' })
    await insert(world, { id: idOf(Date.now() - HOUR, 1), userId: id('张三'), ip: '203.0.113.8' })

    const found = await browser.get(`/admin/trail?person=${encodeURIComponent('李')}`).expect(200)
    expect(found.text).toContain('203.0.113.7')
    expect(found.text).not.toContain('203.0.113.8')

    await world.sql(`UPDATE "User" SET "nick" = '张四' WHERE "id" = '${id('李四')}'`)
    const asked = await browser.get(`/admin/trail?person=${encodeURIComponent('张')}&lang=zh`).expect(200)
    expect(asked.text).toContain('请选择')
    expect(asked.text).toContain(`person=${id('李四')}`)
    expect(asked.text).not.toContain('203.0.113')
  })

  it('goes on by key, and shows a record with what was changed', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    const begin = Date.now() - DAY
    for (let n = 0; n < 30; n += 1)
      await insert(world, { id: idOf(begin, n), event: 'group_changed', ip: `203.0.113.${n}`, userAgent: DEVICE })
    const changed = idOf(begin, 99)
    const details = { before: { access: ['old <b>'] }, after: { access: 'everyone' } }
    await insert(world, { id: changed, event: 'application_changed', application: 'wiki', details })

    const first = await browser.get('/admin/trail?event=changes').expect(200)
    expect(first.text).toContain('203.0.113.29')
    expect(first.text).not.toContain('203.0.113.9<')
    const older = /rel="next" href="([^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await browser.get(older).expect(200)
    expect(second.text).toContain('203.0.113.9<')
    expect(second.text).not.toContain('203.0.113.29')
    expect(Buffer.byteLength(first.text)).toBeLessThan(30 * 1024)

    const { text } = await browser.get(`/admin/trail/${changed}`).expect(200)
    expect(text).toContain('old &lt;b&gt;')
    expect(text).toContain('everyone')
    await browser.get(`/admin/trail/${idOf(begin, 98)}`).expect(404)
    await browser.get('/admin/trail/1').expect(404)
  })

  it('says that nothing fits', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    const { text } = await browser.get('/admin/trail?application=nothing').expect(200)
    expect(text).toContain('Nothing found')
  })

  it('says how far a search went that has found nothing so far', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    const begin = Date.now() - DAY
    const rows = Array.from({ length: 4200 }, (_, n) => {
      const [application, event] = n % 2 ? ['wiki', 'application_entered'] : ['chat', 'application_refused']
      return `('${idOf(begin + n)}', '${new Date(begin + n).toISOString()}', '${event}', '${application}')`
    })
    await world.sql(`INSERT INTO "AuditRecord" ("id", "at", "event", "application") VALUES ${rows.join(', ')}`)
    const { text } = await browser.get('/admin/trail?application=wiki&event=application_refused').expect(200)
    expect(text).toContain('The search went back to this time so far:')
    expect(text).not.toContain('Nothing found')
    expect(text).toContain('rel="next"')
  })

  it('is nothing to others', async () => {
    await using world = await createConsoleWorld()
    const other = world.browser()
    await other.logIn('lisi')
    for (const path of ['/admin/trail', '/admin/trail.csv', `/admin/trail/${idOf(0)}`])
      await other.get(path).expect(404)
  })
})

describe('/admin/trail.csv', () => {
  it('has what the page finds, as a file of today that spreadsheets read, and says so in the trail', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    const at = Date.now() - HOUR
    await insert(world, {
      id: idOf(at),
      userAgent: '=HYPERLINK("http://evil.test")',
      ip: '203.0.113.7',
      userId: '李,四',
    })
    await insert(world, { id: idOf(at - DAY * 400), ip: '203.0.113.8' })
    const answer = await browser.get(`/admin/trail.csv?event=logins&from=${localDate(new Date(at - DAY))}`).expect(200)
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="?audit-trail-\d{4}-\d\d-\d\d\.csv"?$/)
    const lines = answer.text.split('\r\n')
    expect(answer.text.startsWith('\ufeff"time","event"')).toBe(true)
    expect(lines.find((line) => line.includes('203.0.113.7'))).toBe(
      `"${new Date(at).toISOString()}","login_succeeded","","李,四","","","","","","","203.0.113.7","'=HYPERLINK(""http://evil.test"")",""`,
    )
    expect(answer.text).not.toContain('203.0.113.8')
    expect(world.log).toContainEqual(expect.objectContaining({ event: 'audit_exported' }))
  })

  it('is made a page at a time, however many records there are, and only as they are read', async () => {
    const ALL = 100_000
    let pages = 0
    const auditTrail = {
      figures: async () => [],
      page: async (_: unknown, { before = idOf(1, ALL), size }: { before?: string | undefined; size: number }) => {
        pages += 1
        const last = Number.parseInt(before.slice(12), 16)
        const records = Array.from({ length: Math.min(size, last) }, (_, n) => record({ id: idOf(1, last - n - 1) }))
        return { records, next: last > size ? idOf(1, last - size) : undefined }
      },
    }
    const peopleNames = { byIds: async () => [], byDirectoryIds: async () => [], search: async () => [] }
    const file = csvOf({ auditTrail, peopleNames }, {})
    await file.next()
    expect(pages).toBe(0)
    let lines = 0
    let longest = 0
    for await (const chunk of file) {
      lines += chunk.split('\r\n').length - 1
      longest = Math.max(longest, chunk.length)
      expect(Math.abs(lines / 500 - pages)).toBeLessThan(1)
    }
    expect(lines).toBe(ALL)
    expect(longest).toBeLessThan(256 * 1024)
  })

  it('ends when the client goes, and the server goes on', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    for (let n = 0; n < 40; n += 1)
      await insert(world, { id: idOf(Date.now() - HOUR, n), details: { text: 'x'.repeat(100_000) } })
    const headers = { Cookie: browser.cookieHeader, Host: 'login.test' }
    const request = get(`${world.serverUrl}/admin/trail.csv`, { headers })
    const [response] = await once(request, 'response')
    await once(response, 'data')
    request.destroy()
    await browser.get('/admin/trail').expect(200)
    expect(world.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
  })
})

function localDate(time: Date): string {
  const two = (number: number) => String(number).padStart(2, '0')
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
}
