import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { TICKET_LIFETIME_MS } from '../../src/emulator/emulator.js'
import { exchanges } from '../support/journal.js'
import {
  atFrontEnd,
  chromiumPath,
  codeFrame,
  FLOWS,
  policyComplaints,
  scan,
  scannedAddress,
  scanWith,
  shareBrowser,
  shareSite,
  signIn,
  startSite,
  whoIs,
} from './support.js'

if (!chromiumPath) {
  console.log('skipped: the tests in a real browser; CHROMIUM_PATH=/usr/bin/chromium switches them on')
}

const browser = shareBrowser()
const sites = {
  qrconnect: shareSite({ DINGTALK_FLOW: 'qrconnect' }),
  oauth2: shareSite({ DINGTALK_FLOW: 'oauth2' }),
}

/** The demo's front end says who is signed in. */
async function expectGreeting(page: Page, nick: string): Promise<void> {
  await page.getByText(`Hello, ${nick}!`).waitFor()
  expect(JSON.parse((await page.locator('#me').textContent()) ?? '')).toMatchObject({ username: nick, nick })
}

describe.runIf(chromiumPath).each(FLOWS)('a login with a browser and a phone through %s', (flow) => {
  const site = sites[flow]

  it('goes from the code on the login page to the front end', async () => {
    const desktop = await browser.page()
    const phone = await browser.phone()
    const complaints = policyComplaints(desktop)
    await desktop.goto(`${site().server}/login`)
    const frame = await codeFrame(desktop)
    await phone.goto(await scannedAddress(frame))
    await frame.getByText('Scanned. Confirm on the phone.').waitFor()
    await scanWith(phone, frame, 'zhangsan', 'agree')
    await expectGreeting(desktop, '张三')
    expect(complaints).toEqual([])
  })

  it('goes from the front end to DingTalk’s page with its code and back', async () => {
    const desktop = await browser.page()
    const phone = await browser.phone()
    await desktop.goto(`${site().frontEnd}/?place=1`)
    await desktop.getByRole('link', { name: 'Log in with DingTalk' }).click()
    await desktop.locator('a.qr').waitFor()
    expect(new URL(desktop.url()).origin).toBe(site().dingtalk.url)
    await scanWith(phone, desktop, 'zhangsan', 'agree')
    await expectGreeting(desktop, '张三')
    expect(new URL(desktop.url()).searchParams.get('place')).toBe('1')
  })

  it(`${flow === 'oauth2' ? 'ends on the page about declining' : 'stays where it is'} when the phone says no`, async () => {
    const desktop = await browser.page()
    await desktop.goto(`${site().server}/login`)
    const frame = await codeFrame(desktop)
    await scan(frame, 'zhangsan', 'refuse')
    if (flow === 'oauth2') {
      await desktop.getByRole('heading', { name: 'You declined the login' }).waitFor()
      await desktop.getByText('login_declined').waitFor({ state: 'attached' })
    } else {
      await frame.getByText('Refused. The site is not told.').waitFor()
      expect(new URL(desktop.url()).pathname).toBe('/login')
    }
    expect(await whoIs(desktop.context(), site())).toBeUndefined()
  })

  it('goes to its end by links without JavaScript', async () => {
    const page = await browser.page({ locale: 'en-US', javaScriptEnabled: false })
    await page.goto(`${site().server}/login?${new URLSearchParams({ redirect: '/?place=1' })}`)
    await page.locator('noscript p').waitFor()
    await page.getByRole('link', { name: 'Open DingTalk’s page instead' }).click()
    await page.getByRole('link', { name: /zhangsan/ }).click()
    const landed = await atFrontEnd(page, site())
    expect(Object.fromEntries(landed.searchParams)).toEqual({ place: '1', username: '张三' })
    expect(await whoIs(page.context(), site())).toBe('张三')
  })
})

describe.runIf(chromiumPath)('a login that does not go straight', () => {
  const site = sites.qrconnect

  it('goes on with a fresh code after one that expired', async () => {
    await using own = await startSite({ DINGTALK_FLOW: 'oauth2' })
    const desktop = await browser.page()
    await desktop.goto(`${own.server}/login`)
    const frame = await codeFrame(desktop)
    const expired = await scannedAddress(frame)
    own.dingtalk.moveClock(TICKET_LIFETIME_MS)
    await frame.getByText('The code has expired.').waitFor()

    // Back to the server's own time, which its signature is judged by.
    own.dingtalk.moveClock(-TICKET_LIFETIME_MS)
    await frame.locator('[data-when=expired] a').click()
    await frame.locator(`a.qr:not([href="${new URL(expired).pathname}"])`).waitFor()
    await scan(frame, 'zhangsan')
    await expectGreeting(desktop, '张三')
  })

  it('shows an outsider the way back to the same target', async () => {
    const desktop = await browser.page()
    const target = `${site().frontEnd}/?place=a%26b#there`
    await desktop.goto(`${site().server}/login?${new URLSearchParams({ redirect: target })}`)
    await scan(await codeFrame(desktop), 'wangwu')
    await desktop.getByRole('heading', { name: 'This account is not in the organisation' }).waitFor()
    expect(await whoIs(desktop.context(), site())).toBeUndefined()

    await desktop.getByRole('link', { name: 'Try again' }).click()
    await scan(await codeFrame(desktop), 'zhangsan')
    const landed = await atFrontEnd(desktop, site())
    expect(landed.href).toBe(`${site().frontEnd}/?place=a%26b&username=${encodeURIComponent('张三')}#there`)
  })

  it('ends on the page about declining when DingTalk’s page is told no', async () => {
    const desktop = await browser.page()
    await desktop.goto(`${sites.oauth2().server}/ding_url`)
    await desktop.getByRole('link', { name: 'Refuse to sign in' }).click()
    await desktop.getByRole('heading', { name: 'You declined the login' }).waitFor()
    expect(await whoIs(desktop.context(), sites.oauth2())).toBeUndefined()
  })
})

describe.runIf(chromiumPath)('a browser with a past', () => {
  const site = sites.qrconnect

  it('finishes the logins of two tabs', async () => {
    const context = await browser.context()
    const tabs = [await context.newPage(), await context.newPage()]
    for (const tab of tabs) await tab.goto(`${site().server}/login`)
    for (const tab of tabs) {
      await scan(await codeFrame(tab), 'zhangsan')
      await expectGreeting(tab, '张三')
    }
  })

  it('lands on the front end again, without DingTalk, when the callback is opened again', async () => {
    const desktop = await browser.page()
    await desktop.goto(`${site().server}/login`)
    const called = desktop.waitForRequest((request) => new URL(request.url()).pathname === '/callback')
    await scan(await codeFrame(desktop), 'zhangsan')
    await expectGreeting(desktop, '张三')
    const before = exchanges(site())
    await desktop.goto((await called).url())
    await expectGreeting(desktop, '张三')
    expect(exchanges(site())).toBe(before)
  })

  it('is offered to continue after Back, and is on the front end after Forward', async () => {
    const desktop = await browser.page()
    await desktop.goto(`${site().server}/login`)
    await scan(await codeFrame(desktop), 'zhangsan')
    await expectGreeting(desktop, '张三')
    await desktop.goBack()
    await desktop.getByRole('link', { name: 'Continue' }).waitFor()
    await desktop.goForward()
    await expectGreeting(desktop, '张三')
  })

  it('meets no error on the whole way Back to where the login began, and Forward again', async () => {
    const desktop = await browser.page()
    await desktop.goto(site().frontEnd)
    await desktop.getByRole('link', { name: 'Log in with DingTalk' }).click()
    await desktop.getByRole('link', { name: /zhangsan/ }).click()
    await expectGreeting(desktop, '张三')
    await desktop.goBack()
    await desktop.locator('a.qr').waitFor()
    await desktop.goBack()
    await desktop.getByText('Hello, 张三!').waitFor()
    await desktop.goForward()
    await desktop.goForward()
    await expectGreeting(desktop, '张三')
  })

  it('becomes another person’s through the login page', async () => {
    const desktop = await browser.page()
    await signIn(desktop.context(), site(), 'zhangsan')
    await desktop.goto(`${site().server}/login`)
    await desktop.getByText('You are signed in as 张三').waitFor()
    await desktop.getByRole('link', { name: 'Use another account' }).click()
    await desktop.getByRole('link', { name: /lisi/ }).click()
    await expectGreeting(desktop, '李四')
  })
})

describe.runIf(chromiumPath)('a login that DingTalk itself refuses in its frame', () => {
  it('is told on the login page, which lets somebody else go on', async () => {
    await using site = await startSite({ DINGTALK_FLOW: 'oauth2' }, { internalApp: true })
    const desktop = await browser.page()
    await desktop.goto(`${site.server}/login`)
    const frame = await codeFrame(desktop)
    const refused = await scannedAddress(frame)
    expect(await desktop.getByRole('alert').count()).toBe(0)
    await scan(frame, 'wangwu')
    await desktop.getByRole('alert').getByText('DingTalk refused this login.').waitFor()

    await frame.locator('[data-when=not-in-organisation] a').click()
    await frame.locator(`a.qr:not([href="${new URL(refused).pathname}"])`).waitFor()
    await scan(frame, 'zhangsan')
    await expectGreeting(desktop, '张三')
  })
})
