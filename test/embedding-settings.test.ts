import { describe, expect, it } from 'vitest'
import { readSettings } from '../src/embedding/read-settings.js'

const REQUIRED = {
  DINGTALK_APP_ID: 'dingemulator',
  DINGTALK_APP_SECRET: 'emulator-secret',
  SESSION_SECRETS: 'a-secret-for-tests-of-32-characters-or-more',
}

const faultsOf = (settings: object) => {
  try {
    readSettings(settings)
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

describe('the settings of an object', () => {
  it('may be numbers and lists', () => {
    const secrets = ['one-secret-for-tests-of-32-characters', 'another-secret-for-tests-of-32-chars']
    const { config } = readSettings({
      ...REQUIRED,
      SESSION_SECRETS: secrets,
      ALLOWED_REDIRECTS: ['https://a.example.com', 'https://b.example.com'],
      TRUST_PROXY: 2,
      MEMBERSHIP_RECHECK: 0,
      RATE_LIMIT_PER_MINUTE: 7,
      ADMINS: undefined,
      BRAND_NAME: null,
    })
    expect(config).toMatchObject({
      session: { secrets },
      edge: { trustProxy: 2, rateLimitPerMinute: 7 },
      membership: { recheckMs: 0 },
      admins: [],
      brand: { name: undefined },
    })
    expect(config.redirects.origins).toEqual([
      'http://localhost:8000',
      'https://a.example.com',
      'https://b.example.com',
    ])
  })

  it('lead people to the root of PUBLIC_URL, unless FRONTEND_URL says otherwise', () => {
    const frontendUrl = (settings: object) => readSettings({ ...REQUIRED, ...settings }).config.redirects.frontendUrl
    expect(frontendUrl({})).toBe('http://localhost:8000/')
    expect(frontendUrl({ PUBLIC_URL: 'https://app.example.com' })).toBe('https://app.example.com/')
    expect(frontendUrl({ FRONTEND_URL: 'https://front.example.com/start' })).toBe('https://front.example.com/start')
  })

  it('may be a whole environment, in which PORT and HOST are the application’s', () => {
    const environment = { ...REQUIRED, PORT: String.raw`\\.\pipe\iis`, HOST: '', PATH: '/bin', HOME: undefined }
    expect(readSettings(environment).config.listen).toMatchObject({ port: 8000, metricsPort: undefined })
  })

  it('are said to be the program’s where the console shows them', () => {
    const { shown } = readSettings({ ...REQUIRED, LOGIN_TIMEOUT: '5m' }).config
    const sourceOf = (setting: string) => shown.find(({ name }) => name === setting)?.source
    expect([sourceOf('LOGIN_TIMEOUT'), sourceOf('LOG_LEVEL'), sourceOf('ADMINS')]).toEqual([
      'program',
      'default',
      'unset',
    ])
  })

  it('are refused all at once, each fault once and without a value', () => {
    const faults = faultsOf({
      DINGTALK_APP_SECRET: ['a', 7],
      TRUST_PROXY: true,
      METRICS_PORT: 9100,
      SESSION_SECRETS: 'x',
    })
    const named = [...faults.matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name)
    expect(named.sort()).toEqual(
      ['DINGTALK_APP_ID', 'DINGTALK_APP_SECRET', 'METRICS_PORT', 'SESSION_SECRETS', 'TRUST_PROXY'].sort(),
    )
    expect(faultsOf(Object(undefined))).toContain('DINGTALK_APP_ID: is missing')
    expect(faultsOf(REQUIRED)).toBe('')
  })
})
