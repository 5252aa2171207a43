import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import {
  type Cookies,
  chromiumPath,
  DESKTOP,
  overflow,
  PHONE,
  pagelessBrowser,
  shareBrowser,
  shareSite,
  signIn,
  whoIs,
} from './support.js'

const browser = shareBrowser()
const site = shareSite({ DINGTALK_FLOW: 'oauth2' })

/** The account page of this person. */
async function openAccount(personId: string): Promise<Page> {
  const page = await browser.page()
  await signIn(page.context(), site(), personId)
  await page.goto(`${site().server}/account`)
  return page
}

/** The same, with two more browsers of the same person. */
async function openAccountOfThree(personId: string): Promise<{ page: Page; others: Cookies[] }> {
  const others = [await pagelessBrowser(PHONE.userAgent ?? ''), await pagelessBrowser('x')]
  for (const other of others) await signIn(other, site(), personId)
  return { page: await openAccount(personId), others }
}

/** Who is signed in in each of the other browsers. */
function whoAreThey(others: Cookies[]): Promise<unknown[]> {
  return Promise.all(others.map((other) => whoIs(other, site())))
}

/** Presses Tab until this has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    if ((await focused.count()) === 1 && (await focused.textContent())?.trim() === name) return
  }
  throw new Error(`The keyboard does not reach ${name}`)
}

describe.runIf(chromiumPath)('the account page', () => {
  it('says who I am and where I am signed in, in words', async () => {
    const { id } = site().newPerson({ nick: '王小明', avatarUrl: '/avatar/zhangsan.svg' })
    const { page } = await openAccountOfThree(id)
    // The nick, which is the username too, is said once.
    expect(await page.getByText('王小明').count()).toBe(1)
    await page
      .getByText('Last login: now')
      .or(page.getByText(/Last login: .* ago/))
      .waitFor()
    const rows = await page.getByRole('listitem').allTextContents()
    expect(rows.map((row) => row.split(/\n|Last seen/)[0]?.trim())).toEqual([
      'Chrome on Windows this browser',
      'Unknown device',
      'Safari on iOS',
    ])
    expect(await page.evaluate('document.querySelector(".person img").naturalWidth')).toBeGreaterThan(0)
    expect(await page.locator('time').first().textContent()).not.toContain('UTC')
  })

  it('ends one session', async () => {
    const { id, nick } = site().newPerson()
    const { page, others } = await openAccountOfThree(id)
    const reloaded = page.waitForEvent('load')
    await page.getByRole('button', { name: 'Sign out: Safari on iOS' }).click()
    await reloaded
    expect(await page.getByRole('listitem').count()).toBe(2)
    expect(await whoAreThey(others)).toEqual([undefined, nick])
    expect(await whoIs(page.context(), site())).toBe(nick)
  })

  it('ends all other sessions', async () => {
    const { id, nick } = site().newPerson()
    const { page, others } = await openAccountOfThree(id)
    const reloaded = page.waitForEvent('load')
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await reloaded
    expect(await page.getByRole('button').allTextContents()).toEqual(['Log out'])
    expect(await whoAreThey(others)).toEqual([undefined, undefined])
    expect(await whoIs(page.context(), site())).toBe(nick)
  })

  it('logs out of this browser alone, and leads to the login page', async () => {
    const { id, nick } = site().newPerson()
    const { page, others } = await openAccountOfThree(id)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/login')
    expect(await whoIs(page.context(), site())).toBeUndefined()
    expect(await whoAreThey(others)).toEqual([nick, nick])
  })

  it('does not come back with Back after logging out', async () => {
    const { id, nick } = site().newPerson()
    const page = await openAccount(id)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    await page.goto(site().frontEnd)
    await page.goBack()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    expect(await page.getByText(nick).count()).toBe(0)
  })

  it('leads to the login page when the session ended meanwhile', async () => {
    const { id } = site().newPerson()
    const { page } = await openAccountOfThree(id)
    await page.context().request.post(`${site().server}/logout`, { headers: { Origin: site().server } })
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
  })

  it('says that it did not work when the server cannot be reached, and lets me try again', async () => {
    const { id } = site().newPerson()
    const page = await openAccount(id)
    await page.route('**/logout', (route) => route.abort(), { times: 1 })
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('alert').getByText('That did not work.').waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
  })

  it('works by keyboard alone', async () => {
    const { id, nick } = site().newPerson()
    const { page, others } = await openAccountOfThree(id)
    const reloaded = page.waitForEvent('load')
    await tabTo(page, 'Sign out')
    await page.keyboard.press('Enter')
    await reloaded
    expect(await page.getByRole('listitem').count()).toBe(2)
    expect((await whoAreThey(others)).filter((who) => who === nick)).toHaveLength(1)
    await tabTo(page, 'Log out')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
  })

  it('shows a hostile nick as text and runs nothing of it', async () => {
    const { nick } = site().dingtalk.person('hostile')
    const page = await browser.page()
    await signIn(page.context(), site(), 'hostile')
    const ran: string[] = []
    page.on('dialog', (dialog) => {
      ran.push(dialog.message())
      void dialog.dismiss()
    })
    for (const path of ['/account', '/login']) {
      await page.goto(site().server + path)
      await page.getByText(nick).first().waitFor()
    }
    expect(ran).toEqual([])
  })

  it('is no wider than its window, however the nick is written', async () => {
    const page = await browser.page()
    for (const nick of ['W'.repeat(64), 'م'.repeat(64), 'Z\u0338\u0321\u0322\u0347'.repeat(16)]) {
      await signIn(page.context(), site(), site().newPerson({ nick }).id)
      for (const path of ['/account', '/login']) {
        await page.goto(site().server + path)
        for (const width of [320, 390, 1280]) {
          await page.setViewportSize({ width, height: 800 })
          expect(await overflow(page), `${nick}: ${path} at ${width}`).toBe(0)
        }
      }
    }
  })

  it('says who, where and what it cannot do without JavaScript', async () => {
    const page = await browser.page({ ...DESKTOP, javaScriptEnabled: false })
    await signIn(page.context(), site(), 'zhangsan')
    await page.goto(`${site().server}/account`)
    await page.getByText('张三').waitFor()
    await page.getByText('this browser').waitFor()
    await page.locator('noscript p').waitFor()
    expect(await page.locator('time').first().textContent()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/)
  })

  it('says the username where it is another than the nick, with the punctuation of the language', async () => {
    const page = await browser.page({ ...DESKTOP, locale: 'zh-CN' })
    for (let person = 0; person < 2; person++)
      await signIn(page.context(), site(), site().newPerson({ nick: '林小雨' }).id)
    await page.goto(`${site().server}/account`)
    await page.getByText(/^用户名：林小雨-?\d/).waitFor()
    await page
      .getByText(/，地址 (127\.0\.0\.1|::1)/)
      .first()
      .waitFor()
    // Nobody here has a picture.
    expect(await page.locator('.avatar').textContent()).toBe('林')
  })
})
