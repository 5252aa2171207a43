import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { addApplication } from '../support/applications.js'
import { CLIENT_SETTINGS, USER_AGENTS } from '../support/in-client.js'
import { createReachableWorld, type ReachableWorld } from '../support/reachable-world.js'
import { chromiumPath, DESKTOP, overflow, PHONE, policyComplaints, shareBrowser } from './support.js'

const SCREENSHOTS = process.env.SCREENSHOTS ? path.join(import.meta.dirname, 'screenshots') : undefined
const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const browser = shareBrowser()

/** A server with this many applications, some with odd names, one with a logo that does not come. */
async function siteWith(count: number): Promise<ReachableWorld> {
  const reachable = await createReachableWorld({ BRAND_NAME: '示例公司', ...CLIENT_SETTINGS })
  const { world, issuer } = reachable
  const odd = [
    { name: '🚀 发布平台', description: '一键发布与回滚' },
    { name: 'W'.repeat(64), description: '长'.repeat(200) },
    { name: 'Grafana', description: '各项服务的图表与告警', logoUrl: `${issuer}/assets/icon.svg` },
    { name: '坏图标', logoUrl: `${issuer}/assets/nothing.png` },
    { name: '知识库' },
  ]
  for (let n = 0; n < count; n++) {
    const given = odd[n] ?? { name: `应用 ${n}`, description: '一句话说明它的用途。' }
    await addApplication(world, { id: `app-${n}`, openUrl: `${world.dingtalk.url}/healthz?app=${n}`, ...given })
  }
  return reachable
}

async function openApps({ issuer }: ReachableWorld, options = DESKTOP): Promise<Page> {
  const page = await browser.page(options)
  const begun = await page.context().request.get(`${issuer}/ding_url?redirect=${issuer}/apps`, { maxRedirects: 0 })
  await page.goto(`${begun.headers().location}&person=zhangsan`)
  await page.waitForURL(`${issuer}/apps`)
  return page
}

async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE)
  const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']
  return page.evaluate(`axe.run(document, ${JSON.stringify({ runOnly: { type: 'tag', values } })}).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.html).join(' | ')))`)
}

async function takePicture(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: path.join(SCREENSHOTS, `apps-${name}.png`), fullPage: true })
}

function shownNames(page: Page): Promise<string[]> {
  return page.locator('.tiles li:visible strong').allInnerTexts()
}

describe.runIf(chromiumPath)('the page of the applications', () => {
  it.each([
    ['desktop', { ...DESKTOP, locale: 'zh-CN' }],
    ['phone', { ...PHONE, locale: 'zh-CN' }],
    ['english', DESKTOP],
  ] as const)('can be used by everybody: %s', async (name, options) => {
    await using site = await siteWith(14)
    const page = await openApps(site, options)
    const complaints = policyComplaints(page)
    await page.reload()
    await page.locator('.logo:not(.image)', { hasText: '坏' }).waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await violations(page)).toEqual([])
      await takePicture(page, `${name}-${colorScheme}`)
    }
    // 320 pixels are 640 at a zoom of 200 %.
    for (const width of [320, 390, 640]) {
      await page.setViewportSize({ width, height: 800 })
      expect(await overflow(page), `at ${width}`).toBe(0)
    }
    expect(complaints).toEqual([])
  })

  it('finds as one types, opens by the keyboard alone', async () => {
    await using site = await siteWith(14)
    const page = await openApps(site)
    await page.getByRole('searchbox').fill('graf')
    expect(await shownNames(page)).toEqual(['Grafana'])
    await page.getByRole('searchbox').fill('nothing at all')
    await page.getByText('Nothing was found').waitFor()
    await page.getByRole('searchbox').fill('图表')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.pathname === '/healthz' && url.searchParams.get('app') === '2')
  })

  it('finds without JavaScript', async () => {
    await using site = await siteWith(14)
    const page = await openApps(site, { ...DESKTOP, javaScriptEnabled: false })
    await page.getByRole('searchbox').fill('graf')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByText('1 found').waitFor()
    expect(await shownNames(page)).toEqual(['Grafana'])
    await page.getByRole('link', { name: 'Show all applications' }).click()
    await page.waitForURL(`${site.issuer}/apps`)
  })

  it('says that there is none, and logs out', async () => {
    await using site = await siteWith(0)
    const page = await openApps(site)
    await page.getByText('no application for you').waitFor()
    expect(await violations(page)).toEqual([])
    await takePicture(page, 'none')
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL(
      (url) => url.pathname === '/login' && url.searchParams.get('redirect') === `${site.issuer}/apps`,
    )
  })

  it('is opened in DingTalk’s workbench on a phone without a scan', async () => {
    await using site = await siteWith(2)
    const context = await browser.context({ ...PHONE, userAgent: USER_AGENTS.phone })
    const code = site.world.dingtalk.clientCode('zhangsan')
    await context.addInitScript(`window.nuva = { isReady: true, require: () => (ok) => ok({ code: '${code}' }) }`)
    const page = await context.newPage()
    const complaints = policyComplaints(page)
    await page.goto(`${site.issuer}/`)
    await page.waitForURL(`${site.issuer}/apps`)
    expect(await shownNames(page)).toHaveLength(2)
    expect(complaints).toEqual([])
  })
})
