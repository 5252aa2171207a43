import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { idAt } from '../../src/services/audit-ids.js'
import type { HourlyFigure } from '../../src/services/audit-trail.js'
import { HOUR } from '../../src/time.js'
import { CONSOLE_SETTINGS } from '../support/console.js'
import { chromiumPath, DESKTOP, overflow, policyComplaints, shareBrowser, shareSite } from './support.js'

const SCREENSHOTS = process.env.SCREENSHOTS ? path.join(import.meta.dirname, 'screenshots') : undefined
const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']
const MAX_BYTES = 30 * 1024

const { ADMINS } = CONSOLE_SETTINGS
const browser = shareBrowser()
const site = shareSite({ ADMINS, BRAND_NAME: '示例公司 Example' })

const pages = {
  hours: '/admin',
  days: '/admin?by=day',
  speed: '/admin?by=day&show=dingtalk',
  trail: '/admin/trail',
  refusals: '/admin/trail?event=refusals&when=week',
  people: '/admin/people',
  applications: '/admin/applications',
  wizard: '/admin/new-application',
  groups: '/admin/groups',
  group: '/admin/new-group',
  settings: '/admin/settings',
} as const

/** Scans as the administrator on the way to the console. */
async function enter(page: Page): Promise<void> {
  const { request } = page.context()
  const sentAway = await request.get(`${site().server}/admin`, { maxRedirects: 0 })
  const login = new URL(sentAway.headers().location ?? '', site().server).href
  const begun = await request.get(login, { maxRedirects: 0 })
  await page.goto(`${begun.headers().location}&person=zhangsan`)
  expect(new URL(page.url()).pathname).toBe('/admin')
}

/** Something in each of 48 hours and 90 days, and more records than a page shows. */
async function makePast(databaseUrl: string, userId: string): Promise<void> {
  const database = await openDatabase(databaseUrl)
  const thisHour = Math.floor(Date.now() / HOUR) * HOUR
  const figures: HourlyFigure[] = []
  const kinds = [
    ['event', 'login_succeeded', ''],
    ['event', 'login_refused', 'not_a_member'],
    ['event', 'login_refused', 'attempt_expired'],
    ['event', 'login_refused', 'dingtalk_timeout'],
    ['signed_in', 'people', ''],
    ['application', '运维监控平台-a-long-name-for-an-application', 'application_entered'],
    ['call', 'getuserinfo_bycode', 'ok 100'],
    ['call', 'getuserinfo_bycode', 'ok 2500'],
    ['call', 'getbyunionid', 'dingtalk_timeout more'],
  ] as const
  const hours = [...Array.from({ length: 48 }, (_, n) => n), ...Array.from({ length: 88 }, (_, n) => 24 * (n + 2))]
  for (const n of hours)
    for (const [index, [figure, name, detail]] of kinds.entries())
      figures.push({
        hour: new Date(thisHour - n * HOUR),
        figure,
        name,
        detail,
        value: 100 + ((n * 37 + index * 5) % 800),
      })
  const records = Array.from({ length: 30 }, (_, n) => ({
    id: idAt(Date.now() - n * HOUR) + n.toString(16).padStart(12, '0'),
    at: new Date(Date.now() - n * HOUR),
    event: n % 2 ? 'application_refused' : 'login_refused',
    outcome: n % 3 ? 'dingtalk_misconfigured' : 'not_permitted',
    ...{
      userId,
      application: 'grafana',
      ip: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
      userAgent: DESKTOP.userAgent ?? '',
    },
    details: JSON.stringify({
      call: 'getuserinfo_bycode',
      upstreamCode: '853004',
      setting: 'DINGTALK_APP_SECRET: the signature is refused',
    }),
  }))
  await database.prisma(({ hourlyFigure }) => hourlyFigure.createMany({ data: figures }))
  await database.prisma(({ auditRecord }) => auditRecord.createMany({ data: records }))
  await database.close()
}

function violations(page: Page, runOnly: { type: 'tag' | 'rule'; values: string[] }): Promise<unknown> {
  return page.evaluate(`axe.run(document, ${JSON.stringify({ runOnly })}).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | ')))`)
}

async function takePicture(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: path.join(SCREENSHOTS, `console-${name}.png`), fullPage: true })
}

describe.runIf(chromiumPath).each(['en', 'zh'])('the console with ninety days behind it, in %s', (language) => {
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    // Before a login makes a figure of this hour.
    if (language === 'en') await makePast(site().settings.DATABASE_URL ?? '', 'somebody-who-is-gone')
    const context = await browser.context({ ...DESKTOP, locale: language === 'zh' ? 'zh-CN' : 'en-US' }, 'file')
    page = await context.newPage()
    complaints = policyComplaints(page)
    await enter(page)
  })

  it.each(Object.entries(pages))('is fit to be seen: %s', async (name, address) => {
    const answer = await page.goto(`${site().server}${address}`)
    const bytes = (await answer?.body())?.length
    expect(answer?.status()).toBe(200)
    expect(complaints).toEqual([])
    await takePicture(page, `${name}-${language}`)
    await page.evaluate(AXE)
    expect(await violations(page, { type: 'tag', values: WCAG })).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(page, { type: 'rule', values: ['color-contrast', 'link-in-text-block'] })).toEqual([])
    await takePicture(page, `${name}-${language}-dark`)
    await page.emulateMedia({ colorScheme: 'light' })
    const size = page.viewportSize()
    await page.setViewportSize({ width: 390, height: 800 })
    expect(await overflow(page)).toBe(0)
    await takePicture(page, `${name}-${language}-narrow`)
    if (size) await page.setViewportSize(size)
    expect(bytes).toBeLessThan(MAX_BYTES)
  })

  it('is fit to be seen: a person', async () => {
    await page.goto(`${site().server}/admin/people`)
    await page.locator('main table a').first().click()
    await page.waitForURL(/\/admin\/people\/[\w-]+$/)
    await page.evaluate(AXE)
    expect(await violations(page, { type: 'tag', values: WCAG })).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(page, { type: 'rule', values: ['color-contrast', 'link-in-text-block'] })).toEqual([])
    await page.emulateMedia({ colorScheme: 'light' })
    const size = page.viewportSize()
    await page.setViewportSize({ width: 390, height: 800 })
    expect(await overflow(page)).toBe(0)
    if (size) await page.setViewportSize(size)
    expect(complaints).toEqual([])
  })

  it('has each chart with its numbers as a table', async () => {
    await page.goto(`${site().server}/admin`)
    const charts = page.locator('figure.chart')
    expect(await charts.count()).toBe(2)
    for (const chart of await charts.all()) {
      expect(await chart.locator('svg').getAttribute('aria-label')).toMatch(/\d/)
      await chart.locator('summary').click()
      expect(await chart.locator('tbody tr').count()).toBeGreaterThan(5)
    }
  })
})
