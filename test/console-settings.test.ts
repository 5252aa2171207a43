import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config/config.js'
import { parseEnvFile } from '../src/config/env-file.js'
import { CONSOLE_SETTINGS, createConsoleWorld, enterConsole } from './support/console.js'
import { defaultSettings } from './support/world.js'

const secrets = {
  DINGTALK_APP_SECRET: 'the-secret-of-the-login-app',
  DINGTALK_CORP_APP_KEY: 'dingcorpapp',
  DINGTALK_CORP_APP_SECRET: 'the-secret-of-the-corp-app',
  SESSION_SECRETS: 'the-newest-secret-of-32-characters-or-more,an-older-secret-of-32-characters-or-more',
  DATABASE_URL:
    'postgresql://somebody:the-password@database.test:5433/logins?sslmode=require&password=another-password',
}

describe('the settings that the console shows', () => {
  const text = ['BRAND_NAME=Example', 'LOG_LEVEL=warn'].join('\n')
  const env = { ...defaultSettings('http://127.0.0.1:9000'), ...secrets, BRAND_NAME: 'Example', LOG_LEVEL: 'info' }
  const { shown } = readConfig(env, parseEnvFile('.env', text))
  const of = (name: string) => shown.find((setting) => setting.name === name)

  it('hold no secret and no part of one', () => {
    const all = JSON.stringify(shown)
    for (const secret of ['the-secret', 'the-newest', 'an-older', 'the-password', 'another-password', 'somebody'])
      expect(all).not.toContain(secret)
    expect(of('SESSION_SECRETS')).toEqual({
      name: 'SESSION_SECRETS',
      source: 'environment',
      value: undefined,
      secrets: 2,
    })
    expect(of('DATABASE_URL')?.value).toBe('postgresql://database.test:5433/logins')
  })

  it('say where each comes from', () => {
    expect(of('BRAND_NAME')).toMatchObject({ source: 'file', value: 'Example' })
    expect(of('LOG_LEVEL')).toMatchObject({ source: 'environment', value: 'info' })
    expect(of('AUDIT_RETENTION')).toMatchObject({ source: 'default', value: '180d' })
    expect(of('EMAIL_DOMAIN')).toMatchObject({ source: 'unset', value: undefined })
  })

  it('are all that there are', () => {
    expect(shown.map(({ name }) => name)).toContain('NODE_ENV')
    expect(new Set(shown.map(({ name }) => name)).size).toBe(shown.length)
  })
})

describe('the page of settings', () => {
  it('shows them to an administrator, and no secret', async () => {
    await using world = await createConsoleWorld()
    const browser = world.browser()
    await enterConsole(browser)
    const page = await browser.get('/admin/settings').expect(200)
    expect(page.text).toContain('RATE_LIMIT_PER_MINUTE')
    expect(page.text).toContain(world.settings.DINGTALK_APP_ID)
    for (const secret of ['DINGTALK_APP_SECRET', 'SESSION_SECRETS'])
      expect(page.text).not.toContain(world.settings[secret])
    expect(page.text.length).toBeLessThan(30_000)
  })

  it('names the administrators, by ADMINS and by the database', async () => {
    await using world = await createConsoleWorld({ ADMINS: `${CONSOLE_SETTINGS.ADMINS},nobody-yet` })
    const browser = world.browser()
    await enterConsole(browser)
    await world.browser().logIn('lisi')
    const made = '(SELECT "id" FROM "User" WHERE "nick" = \'李四\')'
    await world.sql(`INSERT INTO "Administrator" ("userId", "createdAt") VALUES (${made}, '2026-01-01T00:00:00.000Z')`)
    const { text } = await browser.get('/admin/settings').expect(200)
    expect(text).toMatch(/张三<\/bdi><\/a><\/span> <span class="soft"><bdi>named by ADMINS</)
    expect(text).toMatch(/nobody-yet<\/code><\/span> <span class="soft"><bdi>named by ADMINS; has not logged in yet/)
    expect(text).toMatch(/李四<\/bdi><\/a><\/span> <span class="soft"><bdi>made one by command/)
  })
})
