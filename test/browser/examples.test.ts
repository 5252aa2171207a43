import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'vite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../support/command.js'
import { PROJECT, read } from '../support/documents.js'
import { type FrontEnd, serveFrontEnd } from '../support/front-ends.js'
import { chromiumPath, policyComplaints, shareBrowser, startSite, whoIs } from './support.js'

const browser = shareBrowser()

/** The page as it lies there, but for the server's address; its policy allows its one script, and the server. */
async function serveHtml(server: string): Promise<FrontEnd> {
  const page = read('examples/html/index.html').replace('http://localhost:8000', server)
  const script = /<script type="module">(.*?)<\/script>/s.exec(page)?.[1] ?? ''
  const hash = createHash('sha256').update(script).digest('base64')
  return serveFrontEnd({ page }, `default-src 'none'; script-src 'sha256-${hash}' ${server}; connect-src ${server}`)
}

/** What Vite makes of the folder; its policy allows its own scripts, and requests to the server. */
async function serveBuilt(example: string, server: string): Promise<FrontEnd> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const root = path.join(PROJECT, 'examples', example)
  await build({
    root,
    configFile: path.join(root, 'vite.config.mjs'),
    logLevel: 'warn',
    define: { 'import.meta.env.VITE_LOGIN_SERVER': JSON.stringify(server) },
    // As where the package is installed.
    resolve: { alias: { 'dingtalk-login/client': path.join(PROJECT, 'dist/client/client.js') } },
    build: { outDir: folder, emptyOutDir: true, modulePreload: false },
  })
  return serveFrontEnd({ folder }, `default-src 'none'; script-src 'self'; connect-src ${server}`)
}

const FRONT_ENDS: [string, (server: string) => Promise<FrontEnd>][] = [
  ['html', serveHtml],
  ['react', (server) => serveBuilt('react', server)],
  ['vue', (server) => serveBuilt('vue', server)],
]

describe.runIf(chromiumPath).each(FRONT_ENDS)('the front end in examples/%s', (_example, serve) => {
  it('logs in and out, shows a nick as text, and says what is wrong', async () => {
    const port = await freePort()
    const server = `http://localhost:${port}`
    await using front = await serve(server)
    await using site = await startSite({ PORT: String(port), PUBLIC_URL: server, FRONTEND_URL: `${front.url}/` })
    const page = await browser.page()
    const complaints = policyComplaints(page)
    await page.goto(front.url)
    await page.getByText('Nobody is signed in.').waitFor()
    expect(await page.getByRole('button', { name: 'Log out' }).isVisible()).toBe(false)

    await page.getByRole('button', { name: 'Log in with DingTalk' }).click()
    const { nick } = site.dingtalk.person('hostile')
    expect(nick).toContain('<')
    await page.locator('a[href*="hostile"]').click()
    await page.getByText(`Hello, ${nick}!`).waitFor()
    expect(page.url()).toBe(`${front.url}/`)
    expect(await page.getByRole('button', { name: 'Log in with DingTalk' }).isVisible()).toBe(false)

    await page.route(`${server}/**`, (route) => route.abort())
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByText(`No answer from ${server}`).waitFor()
    await page.unroute(`${server}/**`)
    await page.reload()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByText('Nobody is signed in.').waitFor()
    expect(await whoIs(page.context(), { ...site, server })).toBeUndefined()
    expect(complaints).toEqual([])
  }, 60_000)
})
