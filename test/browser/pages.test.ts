import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Frame, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { CLIENT_SETTINGS, USER_AGENTS } from '../support/in-client.js'
import {
  chromiumPath,
  codeFrame,
  DESKTOP,
  overflow,
  PHONE,
  policyComplaints,
  shareBrowser,
  shareSite,
  signIn,
} from './support.js'

/** With SCREENSHOTS=1 a picture of every page goes here, for people to look at. */
const SCREENSHOTS = process.env.SCREENSHOTS ? path.join(import.meta.dirname, 'screenshots') : undefined
const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']
const MAX_BYTES = 30 * 1024
const LANGUAGES = { en: 'en-US', zh: 'zh-CN' }
type Language = keyof typeof LANGUAGES

const browser = shareBrowser()
const site = shareSite({ BRAND_NAME: '示例公司 Example', ...CLIENT_SETTINGS })

/** Who opens a page: each is a browser of its own. */
const visitors = {
  stranger: DESKTOP,
  'stranger on a phone': PHONE,
  'stranger in DingTalk': { ...PHONE, userAgent: USER_AGENTS.desktop },
  member: DESKTOP,
} as const
type Visitor = keyof typeof visitors

interface PageCase {
  name: string
  visitor: Visitor
  open(page: Page): Promise<unknown>
}

/** DingTalk's page for a login; gives what its code says. */
async function openScanPage(page: Page): Promise<string> {
  await page.goto(`${site().server}/ding_url`)
  return new URL((await page.locator('a.qr').getAttribute('href')) ?? '', page.url()).href
}

async function openCode(page: Page, query = ''): Promise<void> {
  await page.goto(`${site().server}/login${query}`)
  await codeFrame(page)
}

const pages: PageCase[] = [
  { name: 'login', visitor: 'stranger', open: (page) => openCode(page) },
  { name: 'login-error', visitor: 'stranger', open: (page) => openCode(page, '?error=attempt_expired') },
  {
    name: 'login-without-code',
    visitor: 'stranger',
    open: async (page) => {
      await page.route('**/login/qrcode.htm*', (route) => route.abort())
      await page.goto(`${site().server}/login`)
      await page.locator('.failed').waitFor()
      await page.unroute('**/login/qrcode.htm*')
    },
  },
  { name: 'login-phone', visitor: 'stranger on a phone', open: (page) => page.goto(`${site().server}/login`) },
  {
    // Not among those that are weighed: no browser but DingTalk's loads DingTalk's library.
    name: 'in-client',
    visitor: 'stranger in DingTalk',
    open: async (page) => {
      await page.goto(`${site().server}/login`)
      await page.getByRole('alert').waitFor()
    },
  },
  { name: 'login-signed-in', visitor: 'member', open: (page) => page.goto(`${site().server}/login`) },
  { name: 'account', visitor: 'member', open: (page) => page.goto(`${site().server}/account`) },
  { name: 'not-permitted', visitor: 'member', open: (page) => page.goto(`${site().server}/verify?app=nothing`) },
  { name: 'error', visitor: 'stranger', open: (page) => page.goto(`${site().server}/callback?code=a&state=b`) },
  {
    name: 'demo',
    visitor: 'member',
    open: async (page) => {
      await page.goto(`${site().frontEnd}/?username=${encodeURIComponent('张三')}`)
      await page.locator('#sessions li').first().waitFor()
    },
  },
  { name: 'emulator-scan', visitor: 'stranger', open: openScanPage },
  {
    name: 'emulator-phone',
    visitor: 'stranger on a phone',
    open: async (page) => page.goto(await openScanPage(page)),
  },
  {
    name: 'emulator-control',
    visitor: 'stranger',
    open: async (page) => {
      await page.goto(`${site().dingtalk.url}/_emulator`)
      await page.locator('#journal tr').first().waitFor()
    },
  },
]

/** What axe finds against WCAG 2.1 AA; what stands in frames is looked at as pages of their own. */
function violations(page: Page | Frame, runOnly: { type: 'tag' | 'rule'; values: string[] }): Promise<unknown> {
  return page.evaluate(`axe.run(document, ${JSON.stringify({ runOnly, iframes: false })}).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | ')))`)
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400
}

async function takePicture(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true })
}

/** A page of one visitor, and what has been seen of it since it was opened. */
interface Window {
  page: Page
  complaints: string[]
  /** Of the answers of the login server. */
  sizes: Promise<number>[]
}

function watch(page: Page): Window {
  const sizes: Promise<number>[] = []
  page.on('response', (answer) => {
    // Of a page that has gone there is nothing to weigh.
    const size = () =>
      answer.body().then(
        ({ length }) => length,
        () => 0,
      )
    if (answer.url().startsWith(site().server) && !isRedirect(answer.status())) sizes.push(size())
  })
  return { page, complaints: policyComplaints(page), sizes }
}

describe.runIf(chromiumPath).each(Object.keys(LANGUAGES) as Language[])('in %s', (language) => {
  const windows = new Map<Visitor, Window>()

  beforeAll(async () => {
    for (const [visitor, options] of Object.entries(visitors) as [Visitor, typeof DESKTOP][]) {
      const context = await browser.context({ ...options, locale: LANGUAGES[language] }, 'file')
      if (visitor.startsWith('member')) await signIn(context, site(), 'zhangsan')
      windows.set(visitor, watch(await context.newPage()))
    }
  })

  describe.each(pages)('the page $name', ({ name, visitor, open }) => {
    const isOwn = /^(login|account|error)/.test(name)
    let page: Page
    let complaints: string[]
    let bytes = 0

    beforeAll(async () => {
      const window = windows.get(visitor)
      if (!window) throw new Error(`There is no ${visitor}`)
      page = window.page
      complaints = window.complaints
      complaints.length = 0
      window.sizes.length = 0
      await open(page)
      for (const size of await Promise.all(window.sizes)) bytes += size
      await takePicture(page, `${name}-${language}`)
    })

    it('keeps to its Content-Security-Policy', () => {
      expect(complaints).toEqual([])
    })

    if (isOwn) {
      it('begins with its heading', async () => {
        expect(await page.evaluate('document.querySelector("main").firstElementChild.tagName')).toBe('H1')
        expect(await page.locator('h1').count()).toBe(1)
      })

      it('weighs less than 30 KB', () => {
        expect(bytes).toBeGreaterThan(1000)
        expect(bytes).toBeLessThan(MAX_BYTES)
      })
    }

    it('has nothing that WCAG 2.1 AA forbids, in light and dark', async () => {
      await page.evaluate(AXE)
      expect(await violations(page, { type: 'tag', values: WCAG })).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await violations(page, { type: 'rule', values: ['color-contrast', 'link-in-text-block'] })).toEqual([])
      await takePicture(page, `${name}-${language}-dark`)
      await page.emulateMedia({ colorScheme: 'light' })
    })

    it('is no wider than its window', async () => {
      const size = page.viewportSize()
      for (const width of SCREENSHOTS ? [320, 390] : [320]) {
        await page.setViewportSize({ width, height: 800 })
        expect(await overflow(page), `at ${width}`).toBe(0)
        if (width === 390) await takePicture(page, `${name}-${language}-narrow`)
      }
      if (size) await page.setViewportSize(size)
    })
  })
})

describe.runIf(chromiumPath)('the frame with DingTalk’s code', () => {
  // Its element says color-scheme: light, so that it is light in dark pages too.
  it('has nothing that WCAG 2.1 AA forbids', async () => {
    const page = await browser.page()
    await page.goto(`${site().server}/login`)
    const frame = await codeFrame(page)
    await frame.evaluate(AXE)
    expect(await violations(frame, { type: 'tag', values: WCAG })).toEqual([])
  })
})
