import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startDemo } from '../../src/demo/demo.js'
import { freePort } from '../support/command.js'
import {
  atFrontEnd,
  chromiumPath,
  DESKTOP,
  policyComplaints,
  shareBrowser,
  shareSite,
  signIn,
  whoIs,
} from './support.js'

const browser = shareBrowser()
const site = shareSite()

describe.runIf(chromiumPath)('the front end of the demo', () => {
  it('says that nobody is signed in, and offers to log in', async () => {
    const page = await browser.page()
    await page.goto(site().frontEnd)
    await page.getByText('Nobody is signed in.').waitFor()
    expect(await page.locator('#me').textContent()).toBe('401 unauthenticated')
    expect(await page.locator('#username').textContent()).toBe('none')
    await page.locator('#requests li').getByText('/me → 401').waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
    await page.getByRole('link', { name: 'Log in with DingTalk' }).waitFor()
  })

  it('shows the username of the address, what /me says, the sessions and its requests', async () => {
    const page = await browser.page()
    await page.goto(site().frontEnd)
    await page.getByRole('link', { name: 'Log in with DingTalk' }).click()
    await page.getByRole('link', { name: /zhangsan/ }).click()
    await atFrontEnd(page, site())
    await page.getByText('Hello, 张三!').waitFor()
    expect(await page.locator('#username').textContent()).toBe('张三')
    expect(JSON.parse((await page.locator('#me').textContent()) ?? '')).toMatchObject({
      username: '张三',
      unionId: site().dingtalk.person('zhangsan').unionId,
    })
    expect(await page.locator('#sessions li').allTextContents()).toEqual([expect.stringContaining('(this browser)')])
    await page.locator('#requests li').getByText('/me → 200').waitFor()
    await page.locator('#requests li').getByText('/sessions → 200').waitFor()
    expect(await page.getByRole('link', { name: 'Log in with DingTalk' }).count()).toBe(0)
  })

  it('logs out, and stays where it was', async () => {
    const page = await browser.page()
    await signIn(page.context(), site(), 'lisi')
    await page.goto(`${site().frontEnd}/?place=1&username=x`)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByText('Nobody is signed in.').waitFor()
    expect(page.url()).toBe(`${site().frontEnd}/?place=1`)
    expect(await whoIs(page.context(), site())).toBeUndefined()
  })

  it('shows a forged username as text, and believes /me', async () => {
    const page = await browser.page()
    await signIn(page.context(), site(), 'hostile')
    const ran: string[] = []
    page.on('dialog', (dialog) => {
      ran.push(dialog.message())
      void dialog.dismiss()
    })
    const forged = '<img src=x onerror=alert(1)><script>alert(2)</script>'
    await page.goto(`${site().frontEnd}/?username=${encodeURIComponent(forged)}`)
    await page.getByText(`Hello, ${site().dingtalk.person('hostile').nick}!`).waitFor()
    expect(await page.locator('#username').textContent()).toBe(forged)
    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(ran).toEqual([])
  })

  it('speaks Chinese to a Chinese browser', async () => {
    const page = await browser.page({ ...DESKTOP, locale: 'zh-CN' })
    await page.goto(site().frontEnd)
    await page.getByText('尚未登录。').waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN')
    expect(await page.locator('main').textContent()).not.toMatch(/Log in with|signed in|The /)
  })
})

describe.runIf(chromiumPath)('the demo’s other application', () => {
  /** All of the demo, as its command starts it. */
  async function openDemo({ withHistory = false } = {}) {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const [emulatorPort, serverPort, frontEndPort, openidAppPort] = await Promise.all([1, 2, 3, 4].map(freePort))
    if (!emulatorPort || !serverPort || !frontEndPort || !openidAppPort) throw new Error('there is no free port')
    const demo = await startDemo({
      emulatorPort,
      serverPort,
      frontEndPort,
      openidAppPort,
      directory,
      logLevel: 'fatal',
      withHistory,
    })
    onTestFinished(() => demo.close())
    const page = await browser.page()
    const complaints = policyComplaints(page)
    return { ...demo, page, complaints }
  }

  it('is entered by the front end’s scan, and left by its logout', async () => {
    const { page, frontEndUrl, openidAppUrl, complaints } = await openDemo()
    await page.goto(frontEndUrl)
    await page.getByRole('link', { name: 'Log in with DingTalk' }).click()
    await page.getByRole('link', { name: /zhangsan/ }).click()
    await page.getByText('Hello, 张三!').waitFor()
    await page.getByRole('link', { name: 'Open the application with OpenID Connect' }).click()
    await page.getByText('Nobody is signed in.').waitFor()
    await page.getByRole('link', { name: 'Log in', exact: true }).click()
    await page.getByText('Hello, 张三!').waitFor()
    expect(page.url()).toBe(`${openidAppUrl}/`)
    const claims = JSON.parse((await page.locator('#claims').textContent()) ?? '')
    expect(claims).toMatchObject({ aud: 'demo', name: '张三', groups: ['engineers', 'research'] })
    expect(claims).toMatchObject({ email: 'zhangsan@corp.example', email_verified: true })

    await page.goto(frontEndUrl)
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByText('Nobody is signed in.').waitFor()
    const application = async () => (await page.request.get(openidAppUrl)).text()
    await expect.poll(application, { timeout: 8000 }).toContain('Nobody is signed in.')
    expect(complaints).toEqual([])
  }, 60_000)

  it('lets the scan for it enter the front end, and its logout leaves that', async () => {
    const { page, frontEndUrl, openidAppUrl, complaints } = await openDemo()
    await page.goto(openidAppUrl)
    await page.getByRole('link', { name: 'Log in', exact: true }).click()
    await page.getByRole('link', { name: /zhangsan/ }).click()
    await page.getByText('Hello, 张三!').waitFor()
    expect(page.url()).toBe(`${openidAppUrl}/`)
    await page.goto(frontEndUrl)
    await page.getByText('Hello, 张三!').waitFor()

    await page.goto(openidAppUrl)
    await page.getByRole('button', { name: 'Log out everywhere' }).click()
    await page.getByText('Nobody is signed in.').waitFor()
    expect(page.url()).toBe(`${openidAppUrl}/`)
    await page.goto(frontEndUrl)
    await page.getByText('Nobody is signed in.').waitFor()
    expect(complaints).toEqual([])
  }, 60_000)

  it('speaks Chinese to a Chinese browser, and says what did not work', async () => {
    const { openidAppUrl } = await openDemo()
    const page = await browser.page({ ...DESKTOP, locale: 'zh-CN' })
    await page.goto(openidAppUrl)
    await page.getByText('尚未登录。').waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN')
    const answer = await page.goto(`${openidAppUrl}/callback?code=a&state=b`)
    expect(answer?.status()).toBe(400)
    await page.getByRole('heading', { name: '登录未成功' }).waitFor()
  })

  it('opens the console to the administrator it names, with a history where one is asked for', async () => {
    const { page, serverUrl, administrator, complaints } = await openDemo({ withHistory: true })
    await page.goto(`${serverUrl}/admin`)
    await page
      .getByRole('link', { name: new RegExp(`^${administrator}`) })
      .first()
      .click()
    await page.waitForURL(`${serverUrl}/admin`)
    await page.getByRole('navigation').getByRole('link', { name: 'People' }).waitFor()
    expect(await page.locator('.account').textContent()).toContain(administrator)
    expect(complaints).toEqual([])
  }, 60_000)

  it('keeps the console from everybody else', async () => {
    const { page, serverUrl } = await openDemo()
    await page.goto(`${serverUrl}/admin`)
    await page.getByRole('link', { name: /lisi/ }).click()
    await page.waitForURL(`${serverUrl}/admin`)
    expect((await page.request.get(`${serverUrl}/admin`)).status()).toBe(404)
  }, 60_000)
})
