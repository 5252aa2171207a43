import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../support/command.js'
import { closeServer, createHostWorld, hostApplication, listen } from '../support/host-application.js'
import { chromiumPath, codeFrame, policyComplaints, scan, shareBrowser } from './support.js'

const browser = shareBrowser()

describe.runIf(chromiumPath)('an application of one’s own with helmet, CORS and a session', () => {
  it('shows its refusal, then the code, logs in and out, with no complaint of the browser’s', async () => {
    const port = await freePort()
    const url = `http://localhost:${port}`
    const world = await createHostWorld(hostApplication, { PUBLIC_URL: url, RATE_LIMIT_PER_MINUTE: 1_000_000 })
    onTestFinished(() => world[Symbol.asyncDispose]())
    const { server } = await listen(hostApplication(world.login), port)
    onTestFinished(() => closeServer(server))

    const page = await browser.page()
    const complaints = policyComplaints(page)
    expect((await page.goto(`${url}/private`))?.status()).toBe(401)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.evaluate('getComputedStyle(document.body).fontFamily')).not.toBe('"Times New Roman"')
    await page.getByRole('link', { name: 'To the login' }).click()
    // The frame of another origin, though the application sends Cross-Origin-Embedder-Policy.
    const frame = await codeFrame(page)
    await scan(frame, 'zhangsan')
    await page.waitForURL((now) => now.pathname === '/private')
    expect(JSON.parse((await page.textContent('body')) ?? '').user.username).toBe('张三')

    await page.goto(`${url}/account`)
    await page.getByText('张三').first().waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL((now) => now.pathname !== '/account')
    expect((await page.goto(`${url}/private`))?.status()).toBe(401)
    expect(complaints).toEqual([])
  })
})
