import { describe, expect, it } from 'vitest'
import { createConsoleWorld, enterConsole } from './support/console.js'
import { PUBLIC_URL } from './support/world.js'

describe('the console', () => {
  it('lets an administrator in after a scan', async () => {
    await using world = await createConsoleWorld()
    const browser = world.browser()
    await enterConsole(browser)
    await browser.get('/admin').expect(200)
    expect(browser.cookie('console')).toBe('console')
  })

  it('counts no scan whose session has ended, whichever session is alive beside it', async () => {
    await using world = await createConsoleWorld()
    const browser = world.browser()
    await enterConsole(browser)
    const scanned = browser.cookieHeader
    const other = world.browser()
    await other.logIn()
    const get = () => world.browser().get('/admin').set('Cookie', `${scanned}; ${other.cookieHeader}`)
    await get().expect(200)
    await browser.post('/logout', PUBLIC_URL).expect(204)
    await get().expect(302)
  })

  it.each(['/admin/lookup?q=a%00', '/admin/trail?person=a%00'])('searches without NUL at %s', async (page) => {
    await using world = await createConsoleWorld()
    const browser = world.browser()
    await enterConsole(browser)
    await browser.get(page).expect(200)
  })
})
