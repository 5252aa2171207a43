import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oapiErrors } from '../src/adapters/dingtalk/error-table.js'
import { remedyOf, settingsIn } from '../src/checks/where-to-mend.js'
import { readConfig } from '../src/config/config.js'
import { barChart, niceTop } from '../src/console/charts/bar-chart.js'
import { HEIGHT, WIDTH } from '../src/console/charts/figures.js'
import { lineChart } from '../src/console/charts/line-chart.js'
import { checkInTime } from '../src/console/overview/check.js'
import { problemsOf } from '../src/console/overview/health.js'
import { latencyOf, quantile } from '../src/console/overview/latency.js'
import { bySlot, slotStarts, total } from '../src/console/overview/slots.js'
import { overviewTexts } from '../src/console/texts/overview.js'
import { trailTexts } from '../src/console/texts/trail.js'
import type { AuditRecord, HourlyFigure } from '../src/services/audit-trail.js'
import { createConsoleWorld, enterConsole, formTokenOf, postForm, sendForm } from './support/console.js'
import { asked } from './support/journal.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const words = { asTable: 'As a table', time: 'Time', nothing: 'Nothing' }
const counts = fc.array(fc.option(fc.nat(1_000_000), { nil: undefined }), { minLength: 2, maxLength: 90 })

function chartOf(values: (number | undefined)[], more: (number | undefined)[]) {
  const slots = values.map((_, n) => `slot ${n}`)
  const series = [
    { name: 'one', class: 'good' as const, values },
    { name: 'other', class: 'bad' as const, values: more.slice(0, values.length) },
  ]
  return { title: 'A chart', summary: 'some', slots, series, write: String, words }
}

/** All numbers at which the drawing has a point, apart from widths. */
function pathsOf(markup: string): string[] {
  return [...markup.matchAll(/ d="([^"]*)"/g)].map(([, path = '']) => path)
}

describe('a chart', () => {
  it.each([
    ['of bars', barChart],
    ['of lines', lineChart],
  ])('%s stays within its frame and has a table with the very numbers', (_, draw) => {
    fc.assert(
      fc.property(counts, counts, (values, more) => {
        const markup = draw(chartOf(values, more)).toString()
        for (const path of pathsOf(markup)) {
          expect(path).not.toMatch(/NaN|Infinity|undefined/)
          for (const [, x, y] of path.matchAll(/[ML](-?[\d.]+)[, ](-?[\d.]+)/g)) {
            expect(Number(x)).toBeGreaterThanOrEqual(-WIDTH)
            expect(Number(x)).toBeLessThanOrEqual(2 * WIDTH)
            expect(Number(y)).toBeGreaterThanOrEqual(0)
            expect(Number(y)).toBeLessThanOrEqual(HEIGHT)
          }
        }
        const rows = markup.match(/<tr><th>slot/g)?.length ?? 0
        expect(rows).toBe(values.filter((value, n) => value || more[n]).length)
      }),
      { numRuns: 50 },
    )
  })

  it('has a round height above all that it shows', () => {
    fc.assert(fc.property(fc.nat(10_000_000), (value) => niceTop(value) >= value))
  })

  it('escapes what it is called', () => {
    expect(barChart({ ...chartOf([1, 2], []), title: '<script>' }).toString()).not.toContain('<script>')
  })
})

describe('the slots of time', () => {
  const figure = (hour: Date): HourlyFigure => ({ hour, figure: 'event', name: 'a', detail: '', value: 1 })

  it('are 48 hours or 90 days, the present one last, and lose no figure of theirs', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }), (now) => {
        for (const by of ['hour', 'day'] as const) {
          const starts = slotStarts(by, now)
          const [first = now] = starts
          expect(starts.length).toBe(by === 'hour' ? 48 : 90)
          expect(starts).toEqual([...new Set(starts)].sort((a, b) => a.getTime() - b.getTime()))
          expect(starts.at(-1)?.getTime()).toBeLessThanOrEqual(now.getTime())
          const hours = [first, new Date(first.getTime() + 5 * HOUR), now]
          const before = new Date(first.getTime() - 1)
          expect(total(bySlot([before, ...hours].map(figure), starts).flat())).toBe(3)
          expect(total(bySlot([figure(now)], starts).at(-1) ?? [])).toBe(1)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('latency', () => {
  const call = (detail: string, value: number): HourlyFigure => ({
    hour: new Date(0),
    figure: 'call',
    name: 'x',
    detail,
    value,
  })

  it('is told by the bounds of the buckets', () => {
    const figures = [call('ok 50', 90), call('ok 100', 5), call('ok more', 5), call('dingtalk_timeout 10000', 7)]
    expect(latencyOf(figures)).toEqual({ calls: 107, failures: 7, median: 50, p95: 100 })
    expect(latencyOf([call('ok more', 1)]).median).toBe(Number.POSITIVE_INFINITY)
    expect(latencyOf([])).toEqual({ calls: 0, failures: 0, median: undefined, p95: undefined })
  })

  it('never falls as the part grows', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.integer({ min: 1, max: 9 }).map(String), fc.nat(100)), (counts) => {
        const buckets = new Map(Object.entries(counts).map(([bound, count]) => [Number(bound), count]))
        const [some = 0, more = 0] = [quantile(buckets, 0.5), quantile(buckets, 0.95)]
        expect(some).toBeLessThanOrEqual(more)
      }),
    )
  })
})

describe('DingTalk’s health', () => {
  const begin = new Date('2026-11-23T08:01:00Z').getTime()
  const record = (minutes: number, fields: Partial<AuditRecord>): AuditRecord => ({
    ...{ id: '', at: new Date(begin + minutes * MINUTE), event: 'login_refused', outcome: 'dingtalk_misconfigured' },
    ...{ userId: null, application: null, administratorId: null, sessionId: null, requestId: null },
    ...{ ip: '203.0.113.1', userAgent: 'a browser' },
    details: {
      call: 'getuserinfo_bycode',
      upstreamCode: '853004',
      setting: 'DINGTALK_APP_SECRET: the signature is refused',
    },
    ...fields,
  })
  const success = (minutes: number) => record(minutes, { event: 'login_succeeded', outcome: null, details: null })
  const morning = Array.from({ length: 40 }, (_, n) => record(n, { ip: `203.0.113.${Math.min(n, 36)}` })).reverse()

  it('says of a secret that was reset which setting it is, since when, and how many people met it', () => {
    const [problem, ...others] = problemsOf([...morning, success(-5)])
    expect(others).toEqual([])
    expect(problem).toMatchObject({ since: new Date(begin), people: 37, times: 40, overSince: undefined })
    expect(problem && remedyOf(problem)).toBe('secret')
    expect(settingsIn(problem?.setting)).toEqual(['DINGTALK_APP_SECRET'])
  })

  it('is over with the first login that goes well afterwards', () => {
    const [problem] = problemsOf([success(60), success(50), ...morning])
    expect(problem?.overSince).toEqual(new Date(begin + 50 * MINUTE))
  })

  it('begins anew where all went well for an hour', () => {
    const [problem] = problemsOf([record(180, {}), success(100), ...morning])
    expect(problem).toMatchObject({ since: new Date(begin + 180 * MINUTE), people: 1 })
  })

  it('does not count what is about the person', () => {
    expect(
      problemsOf([record(0, { outcome: 'not_a_member', details: { call: 'getbyunionid', upstreamCode: '60121' } })]),
    ).toEqual([])
  })

  it('knows what to do about each verdict of the error table that names something to look at', () => {
    for (const { code, setting } of oapiErrors.values()) {
      if (setting === undefined) continue
      expect(remedyOf({ code, setting, upstreamCode: undefined }), setting).not.toMatch(/away|unreadable|throttled/)
    }
    expect(remedyOf({ code: 'dingtalk_unavailable', setting: undefined, upstreamCode: '90018' })).toBe('throttled')
    expect(remedyOf({ code: 'dingtalk_timeout', setting: undefined, upstreamCode: 'no answer within 5000 ms' })).toBe(
      'away',
    )
  })
})

describe('/admin', () => {
  it('says on a new server what to do first', async () => {
    await using world = await createConsoleWorld()
    const browser = world.browser()
    await enterConsole(browser)
    const { text } = await browser.get('/admin?lang=zh').expect(200)
    expect(text).toContain(overviewTexts.zh.empty.title)
    expect(text).toContain(overviewTexts.zh.health.checkNow)
  })

  it('says where nothing is kept that it cannot show anything', async () => {
    await using world = await createConsoleWorld({ AUDIT_RETENTION: '0' })
    const browser = world.browser()
    await enterConsole(browser)
    const { text } = await browser.get('/admin').expect(200)
    expect(text).toContain(trailTexts.en.notKept.title)
  })

  it('names the secret that was reset, when, for how many, and where to look', async () => {
    await using world = await createConsoleWorld({ DINGTALK_APP_SECRET: 'emulator-secret' })
    const browser = world.browser()
    await enterConsole(browser)
    const details = JSON.stringify({
      ...{ call: 'getuserinfo_bycode', upstreamCode: '853004' },
      setting: 'DINGTALK_APP_SECRET: the signature is refused',
    })
    for (let n = 0; n < 37; n += 1) {
      const at = new Date(Date.now() + (n + 1) * 1000)
      const id = at.getTime().toString(16).padStart(12, '0') + n.toString(16).padStart(12, '0')
      await world.sql(
        `INSERT INTO "AuditRecord" ("id", "at", "event", "outcome", "ip", "userAgent", "details")
         VALUES ('${id}', '${at.toISOString()}', 'login_refused', 'dingtalk_misconfigured', '203.0.113.${n}', 'x', '${details}')`,
      )
    }
    const { text } = await browser.get('/admin').expect(200)
    expect(text).toContain('<code>DINGTALK_APP_SECRET</code>')
    expect(text).toContain('37 people, 37 times')
    expect(text).toContain('凭证与基础信息')
    expect(text.indexOf('DINGTALK_APP_SECRET')).toBeLessThan(text.indexOf('Signed in now'))
    const answer = await browser.get('/admin?lang=zh').expect(200)
    expect(answer.text).toContain('37 人，共 37 次')
  })

  it('knows of refusals soon after they happened', async () => {
    await using world = await createConsoleWorld()
    const browser = world.browser()
    await enterConsole(browser)
    for (const person of ['lisi', 'wangwu']) {
      const other = world.browser()
      const callback = await other.scan(person)
      world.dingtalk.failNext('getuserinfo_bycode', { errcode: 853004 })
      await other.get(callback).set('User-Agent', `the browser of ${person}`).expect(502)
    }
    const overview = async () => (await browser.get('/admin').expect(200)).text
    await expect.poll(overview, { timeout: 8000 }).toContain('2 people, 2 times')
    expect(await overview()).toContain('<code>DINGTALK_APP_SECRET</code>')
  })
})

describe('/admin/check-dingtalk', () => {
  const check = { page: '/admin', to: '/admin/check-dingtalk' }

  it('asks DingTalk what check-config --online asks, and says so in the trail', async () => {
    await using world = await createConsoleWorld()
    const browser = world.browser()
    await enterConsole(browser)
    const fine = await sendForm(browser, check)
    expect(fine.status).toBe(200)
    expect(fine.text).toContain('In order')
    expect(fine.text).not.toContain('Fault')
    expect(world.log).toContainEqual(expect.objectContaining({ event: 'config_checked' }))
  })

  it('says which setting to mend', async () => {
    await using world = await createConsoleWorld()
    const browser = world.browser()
    await enterConsole(browser)
    const token = formTokenOf(await browser.get('/admin').expect(200))
    world.dingtalk.failNext('getuserinfo_bycode', { errcode: 853004 })
    const { text } = await postForm(browser, check.to, { token })
    expect(text).toContain('<code>DINGTALK_APP_SECRET</code>')
    expect(text).toContain('853004')
  })

  it('runs one at a time', async () => {
    await using world = await createConsoleWorld({ DINGTALK_TIMEOUT: '3s' })
    const browser = world.browser()
    await enterConsole(browser)
    const token = formTokenOf(await browser.get('/admin').expect(200))
    const before = asked(world, 'getuserinfo_bycode')
    world.dingtalk.failNext('getuserinfo_bycode', 'hang')
    const first = postForm(browser, check.to, { token }).then(({ status }) => status)
    await expect.poll(() => asked(world, 'getuserinfo_bycode'), { timeout: 10_000 }).toBe(before + 1)
    const second = await postForm(browser, check.to, { token })
    expect(second.status).toBe(409)
    expect(await first).toBe(200)
  })

  it('is late rather than without an end', async () => {
    await using world = await createConsoleWorld()
    const config = readConfig(world.settings)
    expect(await checkInTime(config, 0)).toMatchObject({ isLate: true })
  })
})
