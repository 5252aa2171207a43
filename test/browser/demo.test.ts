import { describe, expect, it } from 'vitest'
import { atFrontEnd, chromiumPath, DESKTOP, shareBrowser, shareSite, signIn, whoIs } from './support.js'

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
    await page.goto(`${site().frontEnd}/?${new URLSearchParams({ username: forged })}`)
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
