import type { Frame, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { exchanges } from '../support/journal.js'
import {
  atFrontEnd,
  chromiumPath,
  codeFrame,
  FLOWS,
  type Flow,
  scan,
  scannedAddress,
  shareBrowser,
  shareSite,
} from './support.js'

const browser = shareBrowser()
const sites = {
  qrconnect: shareSite({ DINGTALK_FLOW: 'qrconnect' }),
  oauth2: shareSite({ DINGTALK_FLOW: 'oauth2' }),
}
/** A page elsewhere, answered by the browser itself. */
const ATTACKER = 'http://127.0.0.1:8999/'
type Site = ReturnType<(typeof sites)[Flow]>

/** What DingTalk's frame posts, with this code. */
function resultOf(flow: Flow, { server }: Site, code: string): unknown {
  if (flow === 'qrconnect') return code
  return { success: true, redirectUrl: `${server}/callback?code=${code}&state=s` }
}

/** What even DingTalk's own frame must not be believed. */
function uselessMessages(flow: Flow, { server }: Site): unknown[] {
  if (flow === 'qrconnect')
    return ['', null, 7, ['forged'], { success: true, redirectUrl: `${server}/callback?code=f` }]
  return [
    ...[
      'https://evil.test/callback?code=forged&state=forged',
      `${server}.evil.test/callback?code=forged&state=forged`,
      `${server}/ding_url?forged`,
      `${server}/callback/?forged`,
      `${server}/x/../logout?forged`,
      'javascript:alert("forged")',
      '/callback?code=forged&state=forged',
      '',
      null,
      [`${server}/callback?code=forged&state=forged`],
    ].map((redirectUrl) => ({ success: true, redirectUrl })),
    { success: 'true', redirectUrl: `${server}/callback?code=forged&state=forged` },
    { redirectUrl: `${server}/callback?code=forged&state=forged` },
    'forged',
    null,
  ]
}

interface OpenLogin {
  page: Page
  frame: Frame
  /** Where the page wanted to go since then. */
  wanted: string[]
}

/** The login page, which tells whoever posts to it when its own listener has dealt with the message. */
async function openLogin(site: Site): Promise<OpenLogin> {
  const page = await browser.page()
  await page.goto(`${site.server}/login`)
  const frame = await codeFrame(page)
  await page.evaluate('addEventListener("message", ({ ports: [port] }) => port?.postMessage("heard"))')
  const wanted: string[] = []
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) wanted.push(request.url())
  })
  page.on('dialog', (dialog) => {
    wanted.push(dialog.message())
    void dialog.dismiss()
  })
  return { page, frame, wanted }
}

/** Posts these to the login page from one of its frames, or from itself, and waits until it has heard them. */
async function post(from: Frame, messages: readonly unknown[]): Promise<void> {
  await from.evaluate(`Promise.all(${JSON.stringify(messages)}.map((message) => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = resolve
    parent.postMessage(message, '*', [port2])
  })))`)
}

/** The page still waits, and what DingTalk's frame says now is the first thing that it follows. */
async function expectUntouched({ page, frame, wanted }: OpenLogin, flow: Flow, site: Site): Promise<void> {
  // The answer that leaves a page where it is.
  await page.route(/genuine/, (route) => route.fulfill({ status: 204 }))
  const followed = page.waitForRequest(/genuine/)
  await post(frame, [resultOf(flow, site, 'genuine')])
  await followed
  expect(wanted).toEqual([expect.stringContaining('genuine')])
}

describe.runIf(chromiumPath).each(FLOWS)('the login page, which waits for DingTalk through %s,', (flow) => {
  const site = sites[flow]

  it('goes nowhere but to its own callback, whatever DingTalk’s frame says', async () => {
    const login = await openLogin(site())
    await post(login.frame, uselessMessages(flow, site()))
    await expectUntouched(login, flow, site())
  })

  it('follows DingTalk’s first result alone', async () => {
    const { page, frame, wanted } = await openLogin(site())
    const before = exchanges(site())
    const code = await scannedAddress(frame)
    const isResult = ({ pathname, searchParams }: URL) =>
      flow === 'qrconnect' ? searchParams.has('loginTmpCode') : pathname === '/callback'
    // The answer is kept back until the page has heard the same again, and another result.
    await page.route(
      isResult,
      async (route) => {
        const answer = await route.fetch({ maxRedirects: 0 })
        const status = await fetch(`${code}/status`)
        const { post: result }: { post: unknown } = JSON.parse(await status.text())
        await post(frame, [result, resultOf(flow, site(), 'second')])
        await route.fulfill({ response: answer })
      },
      { times: 1 },
    )
    await scan(frame, 'zhangsan')
    await atFrontEnd(page, site())
    expect(wanted.filter((address) => isResult(new URL(address)))).toHaveLength(1)
    expect(wanted.join()).not.toContain('second')
    expect(exchanges(site()) - before).toBe(1)
  })
})

describe.runIf(chromiumPath)('the login page', () => {
  const site = sites.qrconnect

  it('takes no message from itself', async () => {
    const login = await openLogin(site())
    await post(login.page.mainFrame(), [resultOf('qrconnect', site(), 'forged')])
    await expectUntouched(login, 'qrconnect', site())
  })

  it('takes no message from another frame of DingTalk’s origin', async () => {
    const login = await openLogin(site())
    await login.page.evaluate(`new Promise((resolve) => {
      const other = document.createElement('iframe')
      other.name = 'other'
      other.src = document.querySelector('#code iframe').src
      other.addEventListener('load', resolve)
      document.body.append(other)
    })`)
    const other = login.page.frame('other')
    if (!other) throw new Error('There is no other frame')
    expect(new URL(other.url()).origin).toBe(site().dingtalk.url)
    await post(other, [resultOf('qrconnect', site(), 'forged')])
    await expectUntouched(login, 'qrconnect', site())
  })

  it('takes no message from its frame when another origin stands in there', async () => {
    const login = await openLogin(site())
    const address = login.frame.url()
    await login.page.evaluate(`new Promise((resolve) => {
      const frame = document.querySelector('#code iframe')
      frame.addEventListener('load', resolve, { once: true })
      frame.src = 'about:blank'
    })`)
    expect(await login.frame.evaluate('origin')).toBe(site().server)
    await post(login.frame, [resultOf('qrconnect', site(), 'forged')])
    await login.frame.goto(address)
    await expectUntouched({ ...login, frame: await codeFrame(login.page) }, 'qrconnect', site())
  })

  it('sends a code on as one parameter, whatever is in it', async () => {
    const { page, frame } = await openLogin(site())
    await page.route(/loginTmpCode/, (route) => route.fulfill({ status: 204 }))
    const followed = page.waitForRequest(/loginTmpCode/)
    await post(frame, ['a&redirect_uri=b#c d+e'])
    const { searchParams } = new URL((await followed).url())
    expect(searchParams.getAll('loginTmpCode')).toEqual(['a&redirect_uri=b#c d+e'])
    expect(searchParams.getAll('redirect_uri')).toEqual([`${site().server}/callback`])
  })

  it('is out of reach for a page elsewhere that opened it', async () => {
    const context = await browser.context()
    await context.route(ATTACKER, (route) => route.fulfill({ contentType: 'text/html', body: 'An attacker.' }))
    const attacker = await context.newPage()
    await attacker.goto(ATTACKER)
    const opened = context.waitForEvent('page')
    await attacker.evaluate(`void (login = window.open(${JSON.stringify(`${site().server}/login`)}))`)
    const login = await opened
    await codeFrame(login)
    expect(await attacker.evaluate('login.closed')).toBe(true)
    expect(await login.evaluate('opener')).toBeNull()
  })
})
