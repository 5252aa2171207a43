import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { hasAuthOpenidc, type RunningApache, startApache } from '../support/apache.js'
import { addApplication, SECRET } from '../support/applications.js'
import { freePort } from '../support/command.js'
import { createReachableWorld, type ReachableWorld } from '../support/reachable-world.js'
import { chromiumPath, shareBrowser } from './support.js'

const canRun = chromiumPath !== undefined && hasAuthOpenidc
if (!canRun)
  console.log(
    'skipped: the tests with Apache; CHROMIUM_PATH=/usr/bin/chromium and libapache2-mod-auth-openidc switch them on',
  )

const browser = shareBrowser()
/** The queue of logout tokens is looked at each second. */
const POLL = { timeout: 8000 }

describe.runIf(canRun)('a page behind mod_auth_openidc', () => {
  it('is entered by a scan, and left by its own logout address', async () => {
    await using site = await createReachableWorld()
    await using apache = await protectedPage(site)
    const page = await browser.page()
    await logIn(page, apache)
    const { handle } = await (await page.context().request.get(`${site.issuer}/me`)).json()
    expect(handle).toMatch(/^[a-z0-9._-]+$/)
    expect(await page.locator('#user').textContent()).toBe(handle)
    expect(await page.locator('#name').textContent()).toBe('张伟')
    expect(await page.locator('#email').textContent()).toBe('(none)')

    await page.goto(`${apache.url}/inside/openid?logout=${encodeURIComponent(`${apache.url}/bye.html`)}`)
    expect(new URL(page.url()).pathname).toBe('/bye.html')
    expect((await page.context().request.get(`${site.issuer}/me`)).status()).toBe(401)
    await page.goto(`${apache.url}/inside/page.html`)
    await page.getByRole('link', { name: /zhangwei1/ }).waitFor()
    expect(oddLines(apache)).toEqual([])
  })

  it('is left by a logout elsewhere', async () => {
    await using site = await createReachableWorld()
    await using apache = await protectedPage(site)
    const page = await browser.page()
    await logIn(page, apache)
    const { request } = page.context()
    await request.post(`${site.issuer}/logout`, { headers: { Origin: site.issuer } })
    const again = async () => (await request.get(`${apache.url}/inside/page.html`, { maxRedirects: 0 })).status()
    await expect.poll(again, POLL).toBe(302)
    expect(oddLines(apache)).toEqual([])
  })
})

async function logIn(page: Page, apache: RunningApache): Promise<void> {
  await page.goto(`${apache.url}/inside/page.html`)
  await page.getByRole('link', { name: /zhangwei1/ }).click()
  await page.waitForURL(`${apache.url}/inside/page.html`)
}

/** An Apache with one page that nobody sees without logging in. */
async function protectedPage({ world, issuer }: ReachableWorld): Promise<RunningApache> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  await addApplication(world, {
    redirectUris: [`${url}/inside/openid`],
    postLogoutRedirectUris: [`${url}/bye.html`],
    backchannelLogoutUri: `${url}/inside/openid?logout=backchannel`,
  })
  const site = `
    OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
    OIDCClientID app
    OIDCClientSecret ${SECRET}
    OIDCRedirectURI ${url}/inside/openid
    OIDCCryptoPassphrase a-passphrase-of-this-apache
    OIDCScope "openid profile email groups"
    OIDCPKCEMethod S256
    OIDCRemoteUserClaim preferred_username
    <Location /inside>
      AuthType openid-connect
      Require valid-user
    </Location>`
  return startApache(port, site, {
    'bye.html': '<!doctype html><title>Bye</title>',
    'inside/page.html': `<!doctype html><meta charset="utf-8"><title>Inside</title>
      <p id="user"><!--#echo var="REMOTE_USER" --></p>
      <p id="name"><!--#echo var="OIDC_CLAIM_name" --></p>
      <p id="email"><!--#echo var="OIDC_CLAIM_email" --></p>`,
  })
}

/**
 * What Apache says that nobody would expect: neither that this test is on http, nor that a session which it ended by
 * itself is not there any more when the server tells of its end.
 */
function oddLines({ output }: RunningApache): string[] {
  const expected = [/^\[[^\]]+\] \[\w+:notice\] /, /SHOULD be "https"/, /\(or no longer\) find a session based on sid/]
  return output.split('\n').filter((line) => line !== '' && !expected.some((pattern) => pattern.test(line)))
}
