import { once } from 'node:events'
import { createServer } from 'node:http'
import { chromium, type Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../support/command.js'
import { type FrontEnd, serveFrontEnd } from '../support/front-ends.js'
import { chromiumPath, policyComplaints, type Site, shareBrowser, signIn, startSite, whoIs } from './support.js'

const browser = shareBrowser()

/** A front end that keeps its client in `client`, what it was told in `told`, and what went wrong in `problems`. */
const pageWith = (server: string) => `<!doctype html>
<title>A front end</title>
<script type="module">
  import { createClient } from '${server}/client.js'
  window.asked = []
  const plainFetch = window.fetch
  window.fetch = (address, options) => {
    window.asked.push(new URL(address).pathname)
    return plainFetch(address, options)
  }
  window.client = createClient()
  window.told = []
  window.problems = []
  window.stop = client.onChange((me) => told.push(me ? me.nick : null), ({ code, status }) => problems.push([code, status]))
</script>
<a href="?username=own">Inside</a>`

/** The server, and a front end on another origin of the same site, which it allows. */
async function startPair(settings: Record<string, string> = {}): Promise<{ site: Site; front: FrontEnd }> {
  const port = await freePort()
  const server = `http://localhost:${port}`
  const policy = `default-src 'none'; script-src 'unsafe-inline' ${server}; connect-src ${server}`
  const front = await serveFrontEnd({ page: pageWith(server) }, policy)
  onTestFinished(() => front[Symbol.asyncDispose]())
  const site = await startSite({
    ...{ PORT: String(port), PUBLIC_URL: server, FRONTEND_URL: `${front.url}/` },
    ...settings,
  })
  onTestFinished(() => site[Symbol.asyncDispose]())
  return { site: { ...site, server, frontEnd: front.url }, front }
}

const told = (page: Page) => page.evaluate<unknown[]>('window.told ?? []')
const problems = (page: Page) => page.evaluate<unknown[]>('window.problems ?? []')
const asksForMe = (page: Page) => page.evaluate<number>('window.asked.filter((path) => path === "/me").length')
const until = (read: () => Promise<unknown>) => expect.poll(read, { timeout: 8000, interval: 20 })

describe.runIf(chromiumPath)('a front end with /client.js', () => {
  it('logs in and comes back to where it was, with a clean address and the username for showing', async () => {
    const { site, front } = await startPair()
    const page = await browser.page()
    const complaints = policyComplaints(page)
    await page.goto(`${front.url}/orders?b=%zz&&a=1&b='#/part?x`)
    await until(() => told(page)).toEqual([null])
    expect(await page.evaluate('client.username')).toBeUndefined()
    await page.evaluate('client.login()')
    await page.getByRole('link', { name: /zhangsan/ }).click()
    await until(() => told(page)).toEqual(['张三'])
    expect(await page.evaluate('client.username')).toBe('张三')
    expect(page.url()).toBe(`${front.url}/orders?b=%zz&&a=1&b=%27#/part?x`)
    const me = await page.evaluate('client.me()')
    expect(me).toMatchObject({ nick: '张三', unionId: site.dingtalk.person('zhangsan').unionId })
    expect(complaints).toEqual([])
  })

  it('logs in and comes back to another page, by way of our login page', async () => {
    const { site, front } = await startPair()
    const page = await browser.page()
    await page.goto(front.url)
    await until(() => told(page)).toEqual([null])
    await page.evaluate("client.login({ redirect: '/orders?a=1', prompt: 'page' })")
    await page.waitForURL((url) => url.origin === site.server)
    expect(page.url()).toBe(`${site.server}/login?redirect=${encodeURIComponent(`${front.url}/orders?a=1`)}`)
    await signIn(page.context(), site, 'zhangsan')
    await page.reload()
    await page.getByText('张三').first().waitFor()
  })

  it('asks DingTalk once more for another account', async () => {
    const { site, front } = await startPair()
    const page = await browser.page()
    await page.goto(front.url)
    await until(() => told(page)).toEqual([null])
    const begun = page.waitForRequest((request) => request.url().startsWith(`${site.server}/ding_url`))
    await page.evaluate("client.login({ prompt: 'login' })")
    expect(new URL((await begun).url()).searchParams.get('way')).toBe('page')
    await page.getByRole('link', { name: /lisi/ }).click()
    await until(() => told(page)).toEqual([site.dingtalk.person('lisi').nick])
  })

  it("leaves a front end's own username alone, within its pages", async () => {
    const { front } = await startPair()
    const page = await browser.page()
    await page.goto(front.url)
    await page.getByRole('link', { name: 'Inside' }).click()
    await page.waitForURL(/username/)
    await until(() => told(page)).toEqual([null])
    expect(page.url()).toBe(`${front.url}/?username=own`)
    expect(await page.evaluate('client.username')).toBeUndefined()
  })

  it('notices in every tab that one has logged out, or in', async () => {
    const { site, front } = await startPair()
    const context = await browser.context()
    await signIn(context, site, 'zhangsan')
    const [first, second] = [await context.newPage(), await context.newPage()]
    for (const page of [first, second]) {
      await page.goto(front.url)
      await until(() => told(page)).toEqual(['张三'])
    }
    await first.evaluate('client.logout()')
    expect(await whoIs(context, site)).toBeUndefined()
    await until(() => told(first)).toEqual(['张三', null])
    await until(() => told(second)).toEqual(['张三', null])

    await first.evaluate('client.login()')
    await first.getByRole('link', { name: /zhangsan/ }).click()
    await until(() => told(second)).toEqual(['张三', null, '张三'])
  })

  it('believes the answer that it asked for last, whichever comes last', async () => {
    const { site, front } = await startPair()
    const page = await browser.page()
    await signIn(page.context(), site, 'zhangsan')
    await page.goto(front.url)
    await until(() => told(page)).toEqual(['张三'])
    let isHeld = false
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route(`${site.server}/me`, async (route) => {
      const response = await route.fetch()
      isHeld = true
      await released
      await route.fulfill({ response })
    })
    const early = page.evaluate<{ nick: string }>('client.me()')
    await until(async () => isHeld).toBe(true)
    await page.evaluate('client.logout()')
    release()
    expect((await early).nick).toBe('张三')
    await page.unroute(`${site.server}/me`)
    expect(await page.evaluate('client.me()')).toBeUndefined()
    expect(await told(page)).toEqual(['张三', null])
  })

  it('tells nobody who has stopped listening', async () => {
    const { site, front } = await startPair()
    const page = await browser.page()
    await signIn(page.context(), site, 'zhangsan')
    await page.goto(front.url)
    await until(() => told(page)).toEqual(['张三'])
    await page.evaluate('stop()')
    await page.evaluate('client.logout()')
    expect(await page.evaluate('client.me()')).toBeUndefined()
    expect(await told(page)).toEqual(['张三'])
  })

  it('asks again when it becomes visible, though not over and over', async () => {
    const { site, front } = await startPair()
    const page = await browser.page()
    await page.clock.install()
    await page.goto(front.url)
    await until(() => told(page)).toEqual([null])
    await signIn(page.context(), site, 'zhangsan')
    const show = "document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))"
    await page.evaluate(show)
    expect(await asksForMe(page)).toBe(1)
    await page.clock.fastForward(6000)
    await page.evaluate(`${show}; ${show}`)
    await until(() => told(page)).toEqual([null, '张三'])
    expect(await asksForMe(page)).toBe(2)
  })

  it('asks again when it comes back from the browser’s cache', async () => {
    const { site, front } = await startPair()
    // Playwright switches that cache off; headless Chromium of the new kind has it.
    const own = await chromium.launch({
      executablePath: chromiumPath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--headless=new'],
      ignoreDefaultArgs: ['--disable-back-forward-cache', '--headless'],
    })
    onTestFinished(() => own.close())
    const context = await own.newContext()
    const page = await context.newPage()
    await signIn(context, site, 'zhangsan')
    await page.goto(front.url)
    await until(() => told(page)).toEqual(['张三'])
    await page.evaluate('window.isTheSame = true')
    await page.goto(`${site.server}/openapi.json`)
    await context.request.post(`${site.server}/logout`, { headers: { Origin: site.server } })
    await page.goBack({ waitUntil: 'commit' })
    await until(() => page.evaluate('window.isTheSame')).toBe(true)
    await until(() => told(page)).toEqual(['张三', null])
  })

  it('says that its origin is not allowed', async () => {
    const { front } = await startPair({ FRONTEND_URL: 'http://localhost:1/' })
    const page = await browser.page()
    await page.goto(front.url)
    await until(() => problems(page)).toEqual([['origin_not_allowed', 403]])
    const message = await page.evaluate('client.me().catch(({ message }) => message)')
    expect(message).toContain(`does not allow ${front.url}`)
    expect(message).toContain('ALLOWED_REDIRECTS')
    expect(await page.evaluate('client.logout().catch(({ code }) => code)')).toBe('origin_not_allowed')
    expect(await told(page)).toEqual([])
  })

  it('says that the server is away, and asks again when it is looked at', async () => {
    const { site, front } = await startPair()
    const page = await browser.page()
    await page.clock.install()
    await page.goto(front.url)
    await until(() => told(page)).toEqual([null])
    await page.route(`${site.server}/**`, (route) => route.abort())
    expect(await page.evaluate('client.me().catch(({ code, status }) => [code, status])')).toEqual(['unreachable', 0])
    await page.unroute(`${site.server}/**`)
    await signIn(page.context(), site, 'zhangsan')
    await page.clock.fastForward(6000)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    await until(() => told(page)).toEqual([null, '张三'])
  })

  it("gives the server's own codes, and takes a proxy's page for no answer of its", async () => {
    const { site, front } = await startPair()
    const page = await browser.page()
    await page.goto(front.url)
    await until(() => told(page)).toEqual([null])
    const answer = {
      status: 503,
      headers: { 'Access-Control-Allow-Origin': front.url, 'Access-Control-Allow-Credentials': 'true' },
    }
    const failed = 'client.me().catch(({ code, status, message }) => [code, status, message])'
    const error = JSON.stringify({ error: 'service_unavailable', message: 'Later.', requestId: 'x' })
    await page.route(`${site.server}/me`, (route) => route.fulfill({ ...answer, body: error }))
    expect(await page.evaluate(failed)).toEqual(['service_unavailable', 503, 'Later.'])
    await page.unroute(`${site.server}/me`)
    await page.route(`${site.server}/me`, (route) =>
      route.fulfill({ ...answer, status: 502, body: '<h1>Bad gateway</h1>' }),
    )
    expect(await page.evaluate(failed)).toEqual(['unreachable', 502, 'HTTP 502'])
    expect(await told(page)).toEqual([null])
  })

  it('must name the server where the module is a copy', async () => {
    const { site } = await startPair()
    const text = await (await fetch(`${site.server}/client.js`)).text()
    const host = createServer((req, res) => {
      res
        .setHeader('Content-Type', req.url === '/' ? 'text/html' : 'text/javascript')
        .end(req.url === '/' ? '<p>' : text)
    }).listen(0, '127.0.0.1')
    await once(host, 'listening')
    onTestFinished(() => void host.close())
    const address = host.address()
    const page = await browser.page()
    await page.goto(`http://localhost:${typeof address === 'object' ? address?.port : ''}/`)
    const made = (origin: string) =>
      page.evaluate(
        `import('/bundle.js').then(({ createClient }) => { createClient(${origin}); return 'made' }).catch(({ message }) => message)`,
      )
    expect(await made('')).toBe('createClient: which origin?')
    expect(await made("'login'")).toMatch(/URL/)
    expect(await made(`'${site.server}/some/path'`)).toBe('made')
  })
})
