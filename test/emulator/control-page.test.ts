import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { DEPARTMENT, type Emulator, ROLE, startEmulator } from '../../src/emulator/emulator.js'
import { permissions } from '../../src/emulator/organisation/permissions.js'
import { chromiumPath, shareBrowser } from '../browser/support.js'
import { visit } from '../support/emulator-client.js'

describe('the control page', () => {
  it.each([
    ['en', 'Work e-mail', 'Lose the next event', 'Not in the organisation'],
    ['zh', '企业邮箱', '丢失下一个事件', '不在组织内'],
  ])('shows people first, and folds the rest, in %s', async (language, ...texts) => {
    await using emulator = await startEmulator()
    const { text } = await visit(`${emulator.url}/_emulator`, language)
    for (const expected of texts) expect(text).toContain(expected)
    for (const permission of permissions) expect(text).toContain(`data-permission="${permission}"`)
    expect(text.match(/<details>/g)).toHaveLength(5)
    expect(text.indexOf('id="people"')).toBeLessThan(text.indexOf('<details>'))
  })
})

describe.runIf(chromiumPath)('the control page in a browser', () => {
  const browser = shareBrowser()

  async function open(emulator: Emulator): Promise<Page> {
    const page = await browser.page()
    await page.goto(`${emulator.url}/_emulator`)
    await page.locator('#people li').first().waitFor()
    return page
  }

  const personOn = (page: Page, id: string) => page.locator('#people li').filter({ hasText: `${id} ·` })

  it('lets people leave and join, and shows the events of it', async () => {
    await using emulator = await startEmulator()
    const page = await open(emulator)
    await personOn(page, 'lisi').getByText('前端组 · 市场部').waitFor()
    await personOn(page, 'lisi').getByRole('button', { name: 'Leave' }).click()
    await personOn(page, 'lisi').getByRole('button', { name: 'Join' }).waitFor()
    expect(emulator.person('lisi').membership).toBe('left')
    await page.getByRole('heading', { name: 'Events' }).click()
    await page.locator('#events').getByText('user_leave_org').waitFor()
    await personOn(page, 'lisi').getByRole('button', { name: 'Join' }).click()
    await page.locator('#events').getByText('user_add_org').waitFor()
    expect(emulator.person('lisi').membership).toBe('employee')
  })

  it('takes no more than a screen and a half, however much has happened', async () => {
    await using emulator = await startEmulator()
    for (let call = 0; call < 60; call++) await visit(`${emulator.url}/gettoken`)
    const page = await open(emulator)
    await page.locator('#journal tr').nth(50).waitFor()
    expect(await page.evaluate('document.scrollingElement.scrollHeight')).toBeLessThan(1200)
  })

  it('orders a fault by what it means', async () => {
    await using emulator = await startEmulator()
    const page = await open(emulator)
    await page.getByRole('heading', { name: 'Faults' }).click()
    await page.locator('#call').selectOption('gettoken')
    await page.getByRole('button', { name: 'Address banned for five minutes' }).click()
    await page.locator('#waiting').getByText('gettoken → ban').waitFor()
  })

  it('changes what the organisation says of a person', async () => {
    await using emulator = await startEmulator()
    const page = await open(emulator)
    await personOn(page, 'lisi').getByRole('button', { name: 'Change' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change' })
    await dialog.getByLabel('Work e-mail').fill('')
    await dialog.getByLabel('Title').fill('总监')
    await dialog.getByLabel('Departments').selectOption('财务部')
    await dialog.getByLabel('Roles').selectOption('主管')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await personOn(page, 'lisi').getByText('总监 · 财务部').waitFor()
    expect(emulator.person('lisi')).toMatchObject({
      ...{ nick: '李四', name: '李思远', title: '总监', jobNumber: '0002' },
      ...{ departments: [DEPARTMENT.finance], roles: [ROLE.lead] },
    })
    expect(emulator.person('lisi')).not.toHaveProperty('orgEmail')
  })

  it('renames and removes departments, and switches permissions', async () => {
    await using emulator = await startEmulator()
    const page = await open(emulator)
    await page.getByRole('heading', { name: 'Departments · Permissions' }).click()
    const research = page.locator('#departments li').filter({ hasText: String(DEPARTMENT.research) })
    page.once('dialog', (dialog) => dialog.accept('研究院'))
    await research.getByRole('button', { name: 'Rename' }).click()
    await research.getByText('研究院').waitFor()
    expect(emulator.departments.get(DEPARTMENT.research).name).toBe('研究院')
    await research.getByRole('button', { name: 'Remove' }).click()
    await research.waitFor({ state: 'detached' })
    expect(emulator.departments.find(DEPARTMENT.platform)).toBeUndefined()
    const answered = page.waitForResponse((response) => response.request().method() === 'PATCH')
    await page.getByLabel('fieldEmail').uncheck()
    await answered
    expect(emulator.permissions.has('fieldEmail')).toBe(false)
  })
})
