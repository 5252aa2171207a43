import path from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { texts } from '../../src/pages/texts.js'
import { addApplication } from '../support/applications.js'
import { CLIENT_SETTINGS, USER_AGENTS } from '../support/in-client.js'
import { createReachableWorld } from '../support/reachable-world.js'
import {
  atFrontEnd,
  chromiumPath,
  overflow,
  PHONE,
  policyComplaints,
  shareBrowser,
  shareSite,
  whoIs,
} from './support.js'

/** With SCREENSHOTS=1 pictures go here, for people to look at. */
const SCREENSHOTS = process.env.SCREENSHOTS ? path.join(import.meta.dirname, 'screenshots') : undefined
const { reasons } = texts.en.inClient

const browser = shareBrowser()
const site = shareSite(CLIENT_SETTINGS)

const iphone = `${PHONE.userAgent} AliApp(DingTalk/7.6.0) com.laiwang.DingTalk/1`
const clients = {
  android: { ...PHONE, userAgent: USER_AGENTS.phone },
  ios: { ...PHONE, userAgent: iphone },
  harmony: {
    ...PHONE,
    userAgent:
      'Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile AliApp(DingTalk/7.6.0)',
  },
  desktop: { userAgent: USER_AGENTS.desktop, locale: 'en-US' },
} satisfies Record<string, BrowserContextOptions>
type Client = keyof typeof clients

/** What the client is asked: the method by its whole name. */
interface Asked {
  method: string
  params: Record<string, unknown>
}
/** What a bridge answers; undefined for nothing at all. */
type Answer = { ok: unknown } | { fail: unknown } | undefined

/** The bridges as the clients put them into a page, before it runs. Each hands on what it is asked to `askClient`. */
const bridges: Record<Client, string> = {
  android: `window.nuva = { isReady: true, require: () => (ok, fail, service, action, { ...params }) =>
    askClient({ method: service + '.' + action, params }).then((a) => a && ('ok' in a ? ok(a.ok) : fail(a.fail))) }`,
  ios: `window.WebViewJavascriptBridge = { init() {}, callHandler: (method, { ...params }, back) =>
    askClient({ method, params }).then((a) =>
      a && back('ok' in a ? { errorCode: '0', result: a.ok } : a.fail)) }`,
  harmony: `window.DingTalkJSBridge = { init() {}, call: (method, { ...params }, back) =>
    askClient({ method, params }).then((a) => a && back({ success: 'ok' in a, body: 'ok' in a ? a.ok : a.fail })) }`,
  desktop: `window.dingtalk = { platform: { invokeAPI() {} } }
    window.dd_bridge_config = '{"hostOrigin":"https://im.dingtalk.com","containerId":"c1"}'
    const post = window.postMessage.bind(window)
    window.postMessage = (message, ...rest) => message?.type !== 'request' ? post(message, ...rest) :
      askClient({ method: message.methodName, params: message.body }).then((a) => a && dispatchEvent(
        new MessageEvent('message', { origin: 'https://im.dingtalk.com',
          data: { type: 'response', msgId: message.msgId, success: 'ok' in a, body: 'ok' in a ? a.ok : a.fail } })))`,
}

/** A page inside of a client that answers so. */
async function openClient(
  client: Client,
  answer: (asked: Asked) => Answer | Promise<Answer>,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; context: BrowserContext; asked: Asked[] }> {
  const context = await browser.context({ ...clients[client], ...options })
  const asked: Asked[] = []
  await context.exposeFunction('askClient', (question: Asked) => {
    asked.push(question)
    return answer(question)
  })
  await context.addInitScript(bridges[client])
  return { page: await context.newPage(), context, asked }
}

/** The code that this person's client would get, as the emulator gives it. */
async function codeOf(person: string): Promise<string> {
  const response = await fetch(`${site().dingtalk.url}/_emulator/client-codes`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ person }),
  })
  return z.object({ code: z.string() }).parse(await response.json()).code
}

const asZhangsan = async (): Promise<Answer> => ({ ok: { code: await codeOf('zhangsan') } })

/** How often the server has asked who a client's code stands for. */
const exchanged = () =>
  site()
    .dingtalk.journal()
    .filter(({ call }) => call === 'user/getuserinfo').length

/** Waits for the sentence that says why there is no login by itself, and for the button. */
async function expectButton(page: Page, sentence: string): Promise<void> {
  await page.getByRole('alert').getByText(sentence).waitFor()
  expect(await page.getByRole('alert').count()).toBe(1)
  await page.getByRole('link', { name: 'Log in with DingTalk' }).waitFor()
  expect(await page.getByText(texts.en.inClient.waiting).isVisible()).toBe(false)
}

describe.runIf(chromiumPath)('inside the DingTalk client', () => {
  it.each(['android', 'ios', 'harmony', 'desktop'] as const)('of %s, people are in by themselves', async (client) => {
    const { page, context, asked } = await openClient(client, asZhangsan)
    const complaints = policyComplaints(page)
    const startedAt = performance.now()
    await page.goto(`${site().server}/login?redirect=${encodeURIComponent('/?place=1')}`)
    const landed = await atFrontEnd(page, site())
    const tookMs = performance.now() - startedAt
    if (SCREENSHOTS) console.log(`${client}: ${Math.round(tookMs)} ms`)
    expect(landed.searchParams.get('place')).toBe('1')
    expect(await whoIs(context, site())).toBe('张三')
    expect(asked.map(({ method }) => method)).toEqual(['runtime.permission.requestAuthCodeV2'])
    expect(asked[0]?.params).toEqual({ corpId: CLIENT_SETTINGS.DINGTALK_CORP_ID, clientId: 'dingemulator' })
    expect(complaints).toEqual([])
  })

  it('of an older version are in by the call that it knows', async () => {
    const userAgent = USER_AGENTS.phone.replace('DingTalk/7.6.0', 'DingTalk/6.5.10')
    const { page, asked } = await openClient('android', asZhangsan, { userAgent })
    await page.goto(`${site().server}/ding_url`)
    await atFrontEnd(page, site())
    expect(asked).toEqual([
      {
        method: 'runtime.permission.requestAuthCode',
        params: { corpId: CLIENT_SETTINGS.DINGTALK_CORP_ID },
      },
    ])
  })

  it('are in an application, too, which sent them to log in', async () => {
    await using reachable = await createReachableWorld(CLIENT_SETTINGS)
    const { world, issuer } = reachable
    const redirectUri = `${world.dingtalk.url}/healthz`
    await addApplication(world, { redirectUris: [redirectUri] })
    const { page } = await openClient('desktop', () => ({ ok: { code: world.dingtalk.clientCode('zhangsan') } }))
    const complaints = policyComplaints(page)
    const query = { client_id: 'app', response_type: 'code', scope: 'openid', redirect_uri: redirectUri, state: 's' }
    await page.goto(`${issuer}/oidc/auth?${new URLSearchParams(query)}`)
    await page.waitForURL((url) => url.href.startsWith(redirectUri) && url.searchParams.has('code'))
    expect(complaints).toEqual([])
  })

  it.each<[string, keyof typeof reasons, () => Answer | Promise<Answer>, Client]>([
    ['says nothing', 'silent', () => undefined, 'android'],
    ['says nothing', 'silent', () => undefined, 'desktop'],
    ['was told no by its owner', 'cancelled', () => ({ fail: { errorCode: '-1', errorMessage: 'cancel' } }), 'ios'],
    ['may not do that', 'refused', () => ({ fail: { errorCode: '7', errorMessage: 'no permission' } }), 'android'],
    ['does not know the address', 'refused', () => ({ fail: { errorCode: 52013, errorMessage: 'url' } }), 'desktop'],
    ['throws a text', 'refused', () => ({ fail: 'silent' }), 'android'],
    ['fails with nothing', 'refused', () => ({ fail: null }), 'android'],
    ['does not know the call', 'unsupported', () => ({ fail: { errorCode: '1' } }), 'ios'],
    ['gives nothing', 'unreadable', () => ({ ok: null }), 'android'],
    ['gives no text', 'unreadable', () => ({ ok: { code: { toString: 'x' } } }), 'desktop'],
    ['gives an empty code', 'unreadable', () => ({ ok: { code: '' } }), 'ios'],
    ['gives more than a code', 'unreadable', () => ({ ok: { code: 'a&state=b c' } }), 'android'],
    ['gives no end of a code', 'unreadable', () => ({ ok: { code: 'x'.repeat(513) } }), 'android'],
  ])('that %s: %s, and a button', async (_, reason, answer, client) => {
    const { page } = await openClient(client, answer)
    const before = exchanged()
    await page.goto(`${site().server}/login?redirect=${encodeURIComponent('/?place=1')}`)
    await expectButton(page, reasons[reason])
    expect(exchanged()).toBe(before)
    // DingTalk's own page, which does not lead into this one again.
    await page.getByRole('link', { name: 'Log in with DingTalk' }).click()
    await page.getByRole('link', { name: /zhangsan/ }).click()
    expect((await atFrontEnd(page, site())).searchParams.get('place')).toBe('1')
  })

  it('of a version without a bridge: a button at once', async () => {
    const context = await browser.context(clients.desktop)
    const page = await context.newPage()
    await page.goto(`${site().server}/login`)
    await expectButton(page, reasons.unsupported)
  })

  it('without JavaScript: a button, after a while', async () => {
    const context = await browser.context({ ...clients.android, javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${site().server}/login`)
    await page.locator('noscript p').waitFor()
    await page.getByRole('link', { name: 'Log in with DingTalk' }).click()
    await page.waitForURL((url) => url.origin === site().dingtalk.url)
  })

  it('whose script does not come: a button, after a while', async () => {
    const { page } = await openClient('android', asZhangsan)
    await page.route('**/assets/in-client.js', (route) => route.abort())
    await page.goto(`${site().server}/login`)
    await page.getByRole('link', { name: 'Log in with DingTalk' }).click()
    await page.waitForURL((url) => url.origin === site().dingtalk.url)
  })

  it('that answers too late changes nothing any more', async () => {
    let late = (_: Answer) => {}
    const { page, context } = await openClient('android', () => new Promise<Answer>((resolve) => (late = resolve)))
    await page.goto(`${site().server}/login`)
    await expectButton(page, reasons.silent)
    late(await asZhangsan())
    await page.getByRole('link', { name: 'Log in with DingTalk' }).hover()
    expect(await whoIs(context, site())).toBeUndefined()
    expect(new URL(page.url()).pathname).toBe('/login')
  })

  it('that answers twice logs in once', async () => {
    const context = await browser.context(clients.android)
    const [first, second] = [await codeOf('zhangsan'), await codeOf('lisi')]
    await context.addInitScript(`window.nuva = { isReady: true, require: () => (ok) => {
      ok({ code: '${first}' }); ok({ code: '${second}' }) } }`)
    const page = await context.newPage()
    const before = exchanged()
    await page.goto(`${site().server}/login`)
    await atFrontEnd(page, site())
    expect(await whoIs(context, site())).toBe('张三')
    expect(exchanged()).toBe(before + 1)
  })

  it('whose code is refused: an error that leads on, and not into the same again', async () => {
    const { page, asked } = await openClient('android', () => ({ ok: { code: 'nonsense' } }))
    await page.goto(`${site().server}/login?redirect=${encodeURIComponent('/?place=1')}`)
    await page.getByText('code_rejected').waitFor({ state: 'attached' })
    await page.getByRole('link', { name: 'Try again' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByRole('link', { name: 'Log in with DingTalk' }).waitFor()
    expect(asked).toHaveLength(1)
    await page.getByRole('link', { name: 'Log in with DingTalk' }).click()
    await page.getByRole('link', { name: /zhangsan/ }).click()
    expect((await atFrontEnd(page, site())).searchParams.get('place')).toBe('1')
  })

  it('lets whoever goes back choose, rather than log in once more', async () => {
    // A page that is not loaded yet leaves no trace to go back to.
    const { page, asked }: Awaited<ReturnType<typeof openClient>> = await openClient('android', async () => {
      await page.waitForLoadState()
      return asZhangsan()
    })
    await page.goto(`${site().server}/ding_url`)
    await atFrontEnd(page, site())
    await page.goBack()
    await expectButton(page, reasons.back)
    expect(asked).toHaveLength(1)
  })
})

describe.runIf(chromiumPath)('a page that opens the login inside the DingTalk client', () => {
  const EVIL = 'https://evil7ding.ai'
  const DINGTALK = 'https://page.dingtalk.com'
  const nameOf = (hostOrigin: string) => JSON.stringify({ hostOrigin, containerId: 'c' })

  it.each([
    ['a host of its own', EVIL, nameOf(EVIL), reasons.unsupported],
    ['one in other letters', EVIL, nameOf(EVIL).replace('O', '\\u004f'), reasons.unsupported],
    ['one behind another', EVIL, nameOf(EVIL).replace('{', `{"hostOrigin":"${DINGTALK}",`), reasons.unsupported],
    ['a page of DingTalk’s that is not the client', DINGTALK, nameOf(DINGTALK), reasons.silent],
  ])('cannot answer in the client’s place: %s', async (_, host, name, sentence) => {
    const context = await browser.context(clients.desktop)
    const page = await context.newPage()
    await page.route(`${host}/**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>evil</title>' }),
    )
    await page.goto(`${host}/`)
    // As in a client whose browser does not know Cross-Origin-Opener-Policy.
    await context.route(`${site().server}/login`, async (route) => {
      const response = await route.fetch()
      const { 'cross-origin-opener-policy': policy, ...headers } = response.headers()
      expect(policy).toBe('same-origin')
      await route.fulfill({ response, headers })
    })
    const code = await codeOf('lisi')
    const opening = context.waitForEvent('page')
    // The library asks this host, as the window's name says, and hears each of its messages.
    await page.evaluate(`{
      const opened = open('${site().server}/login', ${JSON.stringify(name)})
      addEventListener('message', ({ data }) => opened.postMessage(
        { type: 'response', success: true, msgId: data.msgId, body: { code: '${code}' } }, '*'))
      setInterval(() => opened.postMessage({ type: 'request', msgId: 1, methodName: 'SYS_openAPIContainerInit' }, '*'), 50)
    }`)
    const login = await opening
    await expectButton(login, sentence)
    expect(await whoIs(context, site())).toBeUndefined()
  })
})

describe.runIf(chromiumPath)('the page in the client', () => {
  const looks = { phone: clients.android, desktop: clients.desktop }

  it.each(['phone', 'desktop'] as const)('can be read on a %s in both languages', async (device) => {
    for (const locale of ['en-US', 'zh-CN']) {
      const { page } = await openClient(device === 'phone' ? 'android' : 'desktop', () => undefined, {
        ...looks[device],
        locale,
      })
      await page.goto(`${site().server}/login`)
      const take = async (name: string) => {
        expect(await overflow(page)).toBe(0)
        if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/in-client-${name}-${device}-${locale}.png` })
      }
      await take('waiting')
      await page.getByRole('alert').waitFor()
      await take('silent')
      await page.goto(`${site().server}/login?error=not_permitted`)
      await take('error')
    }
  })
})
