import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { idAt } from '../../src/services/audit-ids.js'
import { unionIdOf } from '../support/console.js'
import { chromiumPath, pagelessBrowser, shareBrowser, shareSite, signIn, whoIs } from './support.js'

/** So much a calm person does within two minutes. */
const MOST_STEPS = 10
const BAD_SIGNATURE = { errcode: 853_004 }

const browser = shareBrowser()
const site = shareSite({ ADMINS: unionIdOf('zhangsan'), DINGTALK_PROFILE: 'directory' })

/** An administrator at the console, whose clicks and fields count. */
class Operator {
  steps = 0
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async click(what: Locator): Promise<void> {
    this.steps += 1
    await what.click()
  }

  async fill(what: Locator, text: string): Promise<void> {
    this.steps += 1
    await what.fill(text)
  }

  /** By the navigation. */
  async goTo(section: string): Promise<void> {
    await this.click(this.page.getByRole('navigation').getByRole('link', { name: section, exact: true }))
    await this.page.getByRole('heading', { name: section, level: 1 }).waitFor()
  }
}

/** Opens the overview, with the scan that it asks for. */
async function openConsole(): Promise<Operator> {
  const context = await browser.context()
  const sentAway = await context.request.get(`${site().server}/admin`, { maxRedirects: 0 })
  const begun = await context.request.get(String(sentAway.headers().location), { maxRedirects: 0 })
  await context.request.get(`${begun.headers().location}&person=zhangsan`)
  const page = await context.newPage()
  await page.goto(`${site().server}/admin`)
  return new Operator(page)
}

/** Begins a login in a browser of its own, and scans. */
async function tryToLogIn(person: string, device: string): Promise<number> {
  const { request } = await pagelessBrowser(device)
  const begun = await request.get(`${site().server}/ding_url`, { maxRedirects: 0 })
  return (await request.get(`${begun.headers().location}&person=${person}`)).status()
}

/** A record in the middle of the quarter before this one, of somebody whose browser would be a formula. */
async function addToLastQuarter(userAgent: string): Promise<string> {
  const now = new Date()
  const at = new Date(now.getFullYear(), Math.floor(now.getMonth() / 3) * 3 - 2, 15, 12)
  const id = idAt(at.getTime()) + '0'.repeat(12)
  const database = await openDatabase(site().settings.DATABASE_URL ?? '')
  await database.prisma(({ auditRecord }) =>
    auditRecord.create({ data: { id, at, event: 'login_succeeded', userAgent, ip: '192.0.2.1' } }),
  )
  await database.close()
  return at.toISOString()
}

/** The cells of a CSV file (RFC 4180) whose cells are all in quotes. */
function cellsOf(file: string): string[][] {
  const lines = file.replace(/^\ufeff/, '').split('\r\n')
  return lines
    .filter((line) => line !== '')
    .map((line) => [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell = '']) => cell.replaceAll('""', '"')))
}

describe.runIf(chromiumPath)('on a bad Monday, an administrator', () => {
  it('sees which setting DingTalk refuses, and how many people met it', async () => {
    const operator = await openConsole()
    const { page } = operator
    site().dingtalk.failNext('getuserinfo_bycode', BAD_SIGNATURE, 3)
    expect(await tryToLogIn('lisi', 'a browser')).toBe(502)
    expect(await tryToLogIn('lisi', 'a browser')).toBe(502)
    expect(await tryToLogIn('zhangwei1', 'another browser')).toBe(502)

    const alert = page.getByRole('alert').filter({ hasText: 'DINGTALK_APP_SECRET' })
    await expect
      .poll(async () => {
        await page.reload()
        return (await alert.count()) > 0 && (await alert.textContent())
      })
      .toContain('2 people, 3 times')
    expect(await alert.textContent()).toContain('Still failing')
    await operator.click(alert.getByRole('link'))
    await page.getByRole('heading', { name: 'Audit trail' }).waitFor()
    expect(await page.getByRole('row').filter({ hasText: 'Login refused' }).count()).toBe(3)
    expect(operator.steps).toBeLessThanOrEqual(MOST_STEPS)
  }, 60_000)

  it('sends away who leaves at once, and says why', async () => {
    const leaver = await pagelessBrowser('the browser of who leaves')
    await signIn(leaver, site(), 'zhangwei2')
    expect(await whoIs(leaver, site())).toBe('张伟')

    const operator = await openConsole()
    const { page } = operator
    await operator.goTo('People')
    await operator.fill(page.getByRole('searchbox'), '张伟')
    await operator.click(page.getByRole('button', { name: 'Search' }))
    await operator.click(page.getByRole('table').getByRole('link', { name: '张伟' }))
    await operator.click(page.getByRole('button', { name: 'End all sessions' }))
    await page.getByText('All sessions are ended.').waitFor()
    expect(await whoIs(leaver, site())).toBeUndefined()

    await operator.fill(page.getByLabel('Why'), 'Handed everything over this morning')
    await operator.click(page.getByRole('button', { name: 'Disable and sign out everywhere' }))
    await page.getByText('This person is disabled').waitFor()
    expect(await tryToLogIn('zhangwei2', 'the browser of who leaves')).toBe(403)
    expect(operator.steps).toBeLessThanOrEqual(MOST_STEPS)

    await expect
      .poll(async () => {
        await page.goto(`${site().server}/admin/trail?event=account_disabled`)
        return page.getByRole('row').filter({ hasText: '张伟' }).count()
      })
      .toBe(1)
    await page.getByRole('row').filter({ hasText: '张伟' }).getByRole('link').first().click()
    await page.getByText('Handed everything over this morning').waitFor()
  }, 60_000)

  it('adds an application, with the text to paste into it', async () => {
    const operator = await openConsole()
    const { page } = operator
    await operator.goTo('Applications')
    await operator.click(page.getByRole('link', { name: 'New application' }))
    await page.getByLabel('Which product is it?').selectOption('GitLab')
    operator.steps += 1
    await operator.fill(page.getByLabel('Its address'), 'https://gitlab.test')
    await operator.click(page.getByRole('button', { name: 'Add it' }))
    await page.getByRole('heading', { name: 'GitLab is added' }).waitFor()
    const secret = (await page.locator('#secret').textContent()) ?? ''
    expect(await page.locator('pre').first().textContent()).toContain(secret)
    expect(operator.steps).toBeLessThanOrEqual(MOST_STEPS)
  }, 60_000)

  it('hands last quarter to an auditor, as a file without formulas', async () => {
    const at = await addToLastQuarter('=HYPERLINK("http://evil.test","click")')
    const operator = await openConsole()
    const { page } = operator
    await operator.goTo('Audit trail')
    await operator.click(page.getByRole('link', { name: 'Last quarter' }))
    await page.getByRole('table').waitFor()
    const downloading = page.waitForEvent('download')
    await operator.click(page.getByRole('link', { name: 'Download as CSV' }))
    const download = await downloading
    expect(download.suggestedFilename()).toMatch(/^audit-trail-\d{4}-\d\d-\d\d\.csv$/)
    const [headings, ...records] = cellsOf(readFileSync(await download.path(), 'utf8'))
    expect(records).toHaveLength(1)
    expect(records[0]).toHaveLength(headings?.length ?? 0)
    expect(records[0]?.[headings?.indexOf('time') ?? -1]).toBe(at)
    expect(records[0]?.[headings?.indexOf('device') ?? -1]).toMatch(/^'=HYPERLINK/)
    expect(records.flat().filter((cell) => /^[=+\-@]/.test(cell))).toEqual([])
    expect(operator.steps).toBeLessThanOrEqual(MOST_STEPS)
  }, 60_000)
})
