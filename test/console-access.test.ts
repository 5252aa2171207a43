import { describe, expect, it } from 'vitest'
import { createConsoleWorld, enterConsole } from './support/console.js'

describe('the console', () => {
  it('lets an administrator in after a scan', async () => {
    await using world = await createConsoleWorld()
    const browser = world.browser()
    await enterConsole(browser)
    await browser.get('/admin').expect(200)
    expect(browser.cookie('console')).toBe('console')
  })
})
