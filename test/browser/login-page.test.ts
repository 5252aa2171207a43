import { describe, expect, it } from 'vitest'
import { errorTable } from '../../src/errors.js'
import { texts } from '../../src/pages/texts.js'
import {
  atFrontEnd,
  chromiumPath,
  codeFrame,
  DESKTOP,
  FLOWS,
  PHONE,
  shareBrowser,
  shareSite,
  signIn,
  startSite,
} from './support.js'

const IN_DINGTALK = { ...PHONE, userAgent: `${PHONE.userAgent} AliApp(DingTalk/7.6.0) com.laiwang.DingTalk/1` }

const browser = shareBrowser()
const sites = {
  qrconnect: shareSite({ DINGTALK_FLOW: 'qrconnect' }),
  oauth2: shareSite({ DINGTALK_FLOW: 'oauth2' }),
}

describe.runIf(chromiumPath).each(FLOWS)('the login page with %s', (flow) => {
  const site = sites[flow]

  it('offers a button and no code on a phone, which leads to the end', async () => {
    const page = await browser.page(PHONE)
    await page.goto(`${site().server}/login?${new URLSearchParams({ redirect: '/?place=1' })}`)
    expect(await page.locator('iframe').count()).toBe(0)
    await page.getByRole('link', { name: 'Log in with DingTalk' }).click()
    await page.getByRole('link', { name: /zhangsan/ }).click()
    expect((await atFrontEnd(page, site())).searchParams.get('place')).toBe('1')
  })

  it('needs no scan inside DingTalk', async () => {
    const page = await browser.page(IN_DINGTALK)
    await page.goto(`${site().server}/login`)
    if (flow === 'qrconnect') {
      const { origin, pathname, searchParams } = new URL(page.url())
      expect(origin + pathname).toBe(`${site().dingtalk.url}/connect/oauth2/sns_authorize`)
      expect(searchParams.get('scope')).toBe('snsapi_auth')
    } else {
      expect(await page.locator('iframe').count()).toBe(0)
      await page.getByRole('link', { name: 'Log in with DingTalk' }).click()
    }
    await page.getByRole('link', { name: /zhangsan/ }).click()
    await atFrontEnd(page, site())
  })
})

describe.runIf(chromiumPath)('the login page', () => {
  const site = sites.qrconnect

  it('stops inside DingTalk when there is an error to read', async () => {
    const page = await browser.page(IN_DINGTALK)
    await page.goto(`${site().server}/login?error=code_rejected`)
    await page.getByRole('alert').getByText('DingTalk’s code is no longer valid').waitFor()
    await page.getByRole('link', { name: 'Log in with DingTalk' }).click()
    await page.waitForURL((url) => url.origin === site().dingtalk.url)
  })

  it('offers somebody signed in to continue, or to use another account', async () => {
    const page = await browser.page()
    await signIn(page.context(), site(), 'zhangsan')
    await page.goto(`${site().server}/login?${new URLSearchParams({ redirect: '/?place=1' })}`)
    await page.getByText('You are signed in as 张三').waitFor()
    expect(await page.locator('iframe').count()).toBe(0)
    const another = await page.getByRole('link', { name: 'Use another account' }).getAttribute('href')
    expect(another).toBe('/ding_url?redirect=%2F%3Fplace%3D1')
    await page.getByRole('link', { name: 'Continue' }).click()
    const landed = await atFrontEnd(page, site())
    expect(Object.fromEntries(landed.searchParams)).toEqual({ place: '1', username: '张三' })
  })

  it('asks for a new code before its attempt is too old, once somebody looks', async () => {
    const page = await browser.page()
    await page.clock.install()
    await page.goto(`${site().server}/login`)
    const first = (await codeFrame(page)).url()
    await page.evaluate('Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true })')
    await page.clock.fastForward('09:50')
    expect((await codeFrame(page)).url()).toBe(first)
    const renewed = page.waitForEvent('load')
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))')
    await renewed
    expect((await codeFrame(page)).url()).not.toBe(first)

    const again = page.waitForEvent('load')
    await page.clock.fastForward('09:50')
    await again
  })

  it('shows that the code is on its way, then the code with its caption', async () => {
    const page = await browser.page()
    let letGo = () => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    await page.route('**/login/qrcode.htm*', (route) => held.then(() => route.continue()))
    await page.goto(`${site().server}/login`, { waitUntil: 'commit' })
    await page.getByText('The code is being loaded').waitFor()
    expect(await page.locator('.skeleton').isVisible()).toBe(true)
    expect(await page.locator('#code iframe').isVisible()).toBe(false)
    letGo()
    await page.getByText('Scan the code with DingTalk on your phone, then confirm there.').waitFor()
    expect(await page.locator('#code iframe').isVisible()).toBe(true)
    expect(await page.locator('.skeleton').isVisible()).toBe(false)
  })

  it.each([
    ['is refused on the way', 'abort'],
    ['does not come', 'wait'],
  ])('says so and offers other ways where the code %s', async (_case, fate) => {
    const page = await browser.page()
    await page.clock.install()
    await page.route('**/login/qrcode.htm*', (route) => (fate === 'abort' ? route.abort() : undefined))
    await page.goto(`${site().server}/login`, { waitUntil: 'commit' })
    await page.locator('#code iframe').waitFor({ state: 'attached' })
    if (fate === 'wait') await page.clock.fastForward('00:11')
    await page.getByRole('alert').getByText('The code could not be loaded.').waitFor()
    expect(await page.locator('#code iframe').isVisible()).toBe(false)
    expect(await page.getByText('Scan the code').isVisible()).toBe(false)
    await page.getByRole('link', { name: 'Open DingTalk’s page instead' }).waitFor()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    // What comes late is shown without a click.
    if (fate === 'abort') await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Scan the code with DingTalk on your phone').waitFor()
  })

  it('ends its sentence, shows no hole and leads on without JavaScript', async () => {
    const page = await browser.page({ ...DESKTOP, locale: 'zh-CN', javaScriptEnabled: false })
    await page.goto(`${site().server}/login`)
    expect(await page.locator('noscript p').textContent()).toMatch(/。$/)
    expect(await page.locator('#code').isVisible()).toBe(false)
    await page.getByRole('link', { name: '改用钉钉的登录页' }).click()
    await page.getByRole('link', { name: /zhangsan/ }).waitFor()
  })

  it('says what happens next on a phone, with a button as wide as the card', async () => {
    const page = await browser.page(PHONE)
    await page.goto(`${site().server}/login`)
    await page.getByText('Agree there, and you come back here.').waitFor()
    const button = await page.getByRole('link', { name: 'Log in with DingTalk' }).boundingBox()
    expect(button?.width).toBeGreaterThan(300)
  })

  it('shows whose login it is', async () => {
    const BRAND_LOGO_URL = `${site().frontEnd}/icon.svg`
    await using branded = await startSite({ BRAND_NAME: '示例 & <b>Co</b>', BRAND_LOGO_URL })
    const page = await browser.page()
    await page.goto(`${branded.server}/login`)
    await page.getByText('示例 & <b>Co</b>').waitFor()
    expect(await page.title()).toBe('Log in · 示例 & <b>Co</b>')
    expect(await page.getByRole('banner').locator('img').getAttribute('src')).toBe(BRAND_LOGO_URL)
    expect(await page.evaluate('document.querySelector("header img").naturalWidth')).toBeGreaterThan(0)
  })

  it('says why somebody is back, for each error that there is', async () => {
    const page = await browser.page(PHONE)
    await page.goto(`${site().server}/login?error=attempt_expired`)
    const { title, advice } = texts.en.error.codes.attempt_expired
    expect(await page.getByRole('alert').textContent()).toBe(title + advice)
    for (const [code, { title }] of Object.entries(texts.en.error.codes)) {
      const answer = await page.request.get(`${site().server}/login?error=${code}`)
      expect(await answer.text()).toContain(`<strong>${title}</strong>`)
    }
    expect(Object.keys(texts.en.error.codes).sort()).toEqual(Object.keys(errorTable).sort())
  })

  it('says nothing of an error that there is not', async () => {
    const page = await browser.page(PHONE)
    for (const error of ['nothing', 'constructor', '__proto__', '<b>not_found</b>', 'not_found\0', '']) {
      await page.goto(`${site().server}/login?${new URLSearchParams({ error })}`)
      await page.getByRole('heading', { name: 'Log in' }).waitFor()
      expect(await page.getByRole('alert').count(), error).toBe(0)
    }
  })

  it('speaks the language of the browser, or the one in the address', async () => {
    const page = await browser.page({ userAgent: PHONE.userAgent ?? '' })
    for (const [language, query, title, other] of [
      ['zh-CN', '', '登录', 'English'],
      ['zh-TW,zh;q=0.9', '', '登录', 'English'],
      ['en-GB,zh;q=0.5', '', 'Log in to', '中文'],
      ['fr-FR', '', 'Log in to', '中文'],
      ['zh-CN', '?lang=en', 'Log in to', '中文'],
      ['en-GB', '?lang=zh', '登录', 'English'],
    ] as const) {
      await page.setExtraHTTPHeaders({ 'Accept-Language': language })
      await page.goto(`${site().server}/login${query}`)
      await page.getByRole('heading', { name: `${title} ${new URL(site().server).host}`, exact: true }).waitFor()
      await page.getByRole('link', { name: other, exact: true }).waitFor()
    }
  })

  it('keeps target and error when the language changes', async () => {
    const page = await browser.page()
    const query = new URLSearchParams({ redirect: '/?place=a%26b', error: 'attempt_expired' })
    await page.goto(`${site().server}/login?${query}`)
    await page.getByRole('link', { name: '中文' }).click()
    await page.getByRole('alert').getByText('登录超时').waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN')
    await page.getByRole('link', { name: '改用钉钉的登录页' }).click()
    await page.getByRole('link', { name: /zhangsan/ }).click()
    expect((await atFrontEnd(page, site())).searchParams.get('place')).toBe('a&b')
  })
})
