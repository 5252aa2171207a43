import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { unionIdOf } from '../support/console.js'
import { chromiumPath, DESKTOP, overflow, PHONE, shareBrowser, shareSite } from './support.js'

const browser = shareBrowser()
const site = shareSite({ ADMINS: unionIdOf('zhangsan'), DINGTALK_PROFILE: 'directory' })
const HOME = 'https://grafana.test'

/** The console in a browser whose administrator has scanned a moment ago. */
async function openConsole(context: BrowserContext, path: string): Promise<Page> {
  const sentAway = await context.request.get(`${site().server}/admin`, { maxRedirects: 0 })
  const begun = await context.request.get(String(sentAway.headers().location), { maxRedirects: 0 })
  await context.request.get(`${begun.headers().location}&person=zhangsan`)
  const page = await context.newPage()
  await page.goto(site().server + path)
  return page
}

/** Logs somebody who is signed in into the application, as its server would; gives the answer of the token endpoint. */
async function logIntoGrafana(page: Page, secret: string): Promise<unknown> {
  const redirectUri = `${HOME}/login/generic_oauth`
  const asked = { client_id: 'grafana', redirect_uri: redirectUri, response_type: 'code', scope: 'openid profile' }
  const address = `${site().server}/oidc/auth?${new URLSearchParams(asked)}`
  const returned = await page.context().request.get(address, { maxRedirects: 0 })
  const code = new URL(String(returned.headers().location)).searchParams.get('code') ?? ''
  const answer = await fetch(`${site().server}/oidc/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`grafana:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri }),
  })
  expect(answer.status).toBe(200)
  return answer.json()
}

describe.runIf(chromiumPath)('an application in the console', () => {
  it('is made by noon, and lets people in with the secret that is shown', async () => {
    const context = await browser.context()
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site().server })
    const page = await openConsole(context, '/admin')
    await page.getByRole('link', { name: 'Applications', exact: true }).click()
    await page.getByRole('link', { name: 'New application' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Which product is it?').selectOption('Grafana')
    await page.getByLabel('Its address').focus()
    await page.keyboard.type(HOME)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Grafana is added' }).waitFor()
    expect(page.url()).toBe(`${site().server}/admin/new-application`)

    const secret = (await page.locator('#secret').textContent()) ?? ''
    await page.getByRole('button', { name: 'Copy' }).last().click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const pasted = await page.evaluate('navigator.clipboard.readText()')
    expect(pasted).toContain(`client_secret = ${secret}`)
    expect(await logIntoGrafana(page, secret)).toHaveProperty('id_token')
    expect(JSON.stringify(site().log)).not.toContain(secret)
  })

  it('is for the people of a group that is found as one types', async () => {
    const page = await openConsole(await browser.context(), '/admin/new-group')
    await page.getByRole('textbox', { name: 'Name' }).fill('zhang')
    await page.locator('#find').pressSequentially('张三')
    await page.getByRole('checkbox', { name: /张三/ }).check()
    await page.getByRole('button', { name: 'See who gains and loses' }).click()
    await page.getByRole('heading', { name: /Who would gain/ }).waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'zhang' }).waitFor()
    expect(await page.getByRole('table').textContent()).toContain('张三')
  })

  it.each([
    ['on a desktop', DESKTOP],
    ['on a phone', PHONE],
  ])('has no page that is wider than the window %s', async (_where, options) => {
    const page = await openConsole(await browser.context(options), '/admin/applications')
    for (const path of [
      '/admin/applications',
      '/admin/applications/grafana',
      '/admin/applications/grafana/edit',
      '/admin/new-application',
      '/admin/groups',
      '/admin/new-group',
    ]) {
      await page.goto(site().server + path)
      expect(await overflow(page), path).toBe(0)
    }
  })
})
