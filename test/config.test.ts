import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../src/config/config.js'
import { parseEnvFile } from '../src/config/env-file.js'
import { warningsOf } from '../src/config/warnings.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const SECRET = 'e7a1c5b9d3f2084657e7a1c5b9d3f208'
const OLDER_SECRET = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'

/** The least that is needed. */
const least = { DINGTALK_APP_ID: 'dingabc', DINGTALK_APP_SECRET: 'app-secret', SESSION_SECRETS: SECRET }
/** The least that production is content with. */
const production = { ...least, NODE_ENV: 'production', PUBLIC_URL: 'https://login.example.com' }

type Settings = Record<string, string | undefined>

function read(settings: Settings = {}) {
  return readConfig({ ...least, ...settings })
}

/** The error that these settings end in. */
function errorOf(settings: Settings): ConfigError {
  try {
    readConfig(settings)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('these settings are good')
}

/** What is wrong with these settings, by name. */
function faultsOf(settings: Settings): Record<string, string> {
  return Object.fromEntries(errorOf(settings).faults.map(({ setting, problem }) => [setting, problem]))
}

function expectRefused(name: string, value: string, problem: RegExp, base: Settings = least): void {
  expect(faultsOf({ ...base, [name]: value })).toEqual({ [name]: expect.stringMatching(problem) })
}

describe('the defaults', () => {
  it('are those of the contract', () => {
    expect(read()).toMatchObject({
      listen: { port: 8000, host: undefined },
      publicUrl: 'http://localhost:8000',
      secure: false,
      callbackUrl: 'http://localhost:8000/callback',
      redirects: { frontendUrl: 'http://localhost:8080/', origins: ['http://localhost:8080'] },
      dingtalk: {
        flow: 'qrconnect',
        appId: 'dingabc',
        appSecret: 'app-secret',
        loginUrl: 'https://login.dingtalk.com',
        oapiUrl: 'https://oapi.dingtalk.com',
        apiUrl: 'https://api.dingtalk.com',
        timeoutMs: 5 * SECOND,
      },
      membership: { audience: 'members', appKey: 'dingabc', appSecret: 'app-secret', recheckMs: 12 * HOUR },
      databaseUrl: 'file:./data/login.db',
      session: { secrets: [SECRET], idleTimeoutMs: 8 * HOUR, maxAgeMs: 7 * DAY, cookieDomain: undefined },
      login: { timeoutMs: 10 * MINUTE },
      edge: { trustProxy: 0, rateLimitPerMinute: 600 },
      logLevel: 'info',
    })
  })

  it('hold for settings that are empty or blank too', () => {
    const names = [
      ...['PORT', 'HOST', 'PUBLIC_URL', 'FRONTEND_URL', 'ALLOWED_REDIRECTS', 'DINGTALK_FLOW', 'DINGTALK_AUDIENCE'],
      ...['DINGTALK_CORP_APP_KEY', 'DINGTALK_CORP_APP_SECRET', 'DINGTALK_LOGIN_URL', 'DINGTALK_OAPI_URL'],
      ...['DINGTALK_API_URL', 'DINGTALK_TIMEOUT', 'MEMBERSHIP_RECHECK', 'DATABASE_URL', 'SESSION_IDLE_TIMEOUT'],
      ...['SESSION_MAX_AGE', 'LOGIN_TIMEOUT', 'COOKIE_DOMAIN', 'TRUST_PROXY', 'RATE_LIMIT_PER_MINUTE', 'LOG_LEVEL'],
      ...['METRICS_PORT', 'NODE_ENV'],
    ]
    expect(read(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(read())
    expect(read(Object.fromEntries(names.map((name) => [name, '  '])))).toEqual(read())
  })

  it('stay the same in production', () => {
    const { shown: _, ...usual } = read()
    expect(readConfig(production)).toMatchObject({
      ...usual,
      production: true,
      publicUrl: 'https://login.example.com',
      brand: { ...usual.brand, host: 'login.example.com' },
      secure: true,
      callbackUrl: 'https://login.example.com/callback',
    })
  })
})

describe('what is required', () => {
  it.each(['DINGTALK_APP_ID', 'DINGTALK_APP_SECRET', 'SESSION_SECRETS'])('is %s, which has no default', (name) => {
    expect(faultsOf({ ...least, [name]: undefined })).toEqual({ [name]: 'is missing' })
    expect(faultsOf({ ...least, [name]: '' })).toEqual({ [name]: 'is missing' })
    expect(faultsOf({ ...least, [name]: ' ' })).toEqual({ [name]: 'is missing' })
  })
})

describe('what is missing while a name much like it is set', () => {
  it.each([
    ['DINGTALK_APP_ID', 'DINGTALK_APPID'],
    ['DINGTALK_APP_ID', 'DINGTALK_CLIENT_ID'],
    ['DINGTALK_APP_ID', 'dingtalk_app_id'],
    ['DINGTALK_APP_SECRET', 'DINGTALK_CLIENT_SECRET'],
    ['SESSION_SECRETS', 'SESSION_SECRET'],
  ] as const)('is said of %s, with %s', (name, instead) => {
    const { [name]: _, ...others } = least
    expect(faultsOf({ ...others, [instead]: 'a-value-that-nobody-may-see' })).toEqual({
      [name]: `is missing; ${instead} is set, but is no setting: probably ${name} is meant`,
    })
  })
})

describe('what is set but wrong', () => {
  it('is not said to be missing, whatever else is set', () => {
    expectRefused('SESSION_SECRETS', 'too-short', /at least 32 characters$/, { ...least, SESSION_SECRET: SECRET })
  })
})

describe('a placeholder', () => {
  const placeholders = [
    ...['your_app_id', 'your-app-id', 'YOUR_APP_SECRET', 'xxx', 'XXXXXXXX', 'dingxxxxxxxx', 'ding***', '***', '...'],
    ...['changeme', 'change-me', 'CHANGE_ME', 'replace-me', 'replace_this', '<appid>', '<AppKey>', '[app-id]', '…'],
    ...[
      '{{APP_ID}}',
      '$' + '{APP_ID}',
      '%APP_ID%',
      '你的AppId',
      '您的应用密钥',
      '请填写',
      'insert-your-key',
      'todo',
      'null',
    ],
  ]

  it.each(placeholders)('is refused: %s', (value) => {
    for (const name of ['DINGTALK_APP_ID', 'DINGTALK_APP_SECRET']) expectRefused(name, value, /^is a placeholder/)
    expectRefused('SESSION_SECRETS', value, /^holds a placeholder/)
    expectRefused('SESSION_SECRETS', `${SECRET},${value}`, /^holds a placeholder/)
  })

  it('is refused as a secret of any length', () => {
    expectRefused('SESSION_SECRETS', 'your-secret-of-at-least-32-characters', /^holds a placeholder/)
    expectRefused('SESSION_SECRETS', 'x'.repeat(40), /^holds a placeholder/)
  })

  it.each(['dingabcxxx', 'changes-of-heart', 'yours', 'xx', 'replaced', 'nullable'])('is not %s', (value) => {
    expect(read({ DINGTALK_APP_ID: value }).dingtalk.appId).toBe(value)
  })
})

describe('what a Chinese keyboard or an editor types', () => {
  it.each([
    ['PUBLIC_URL', 'https：//login.example.com', /full-width character ：: write : instead/],
    ['PUBLIC_URL', '“https://login.example.com”', /typographic quote “/],
    ['FRONTEND_URL', '‘https://app.example.com/’', /typographic quote ‘/],
    ['ALLOWED_REDIRECTS', 'https://a.example.com，https://b.example.com', /^holds the full-width character ，/],
    [
      'ALLOWED_REDIRECTS',
      'https://a.example.com、https://b.example.com',
      /^holds the full-width character 、: write , /,
    ],
    ['SESSION_SECRETS', `${SECRET}，${OLDER_SECRET}`, /^holds the full-width character ，/],
    ['SESSION_SECRETS', `“${SECRET}”`, /^holds the typographic quote/],
    ['TRUST_PROXY', '10.0.0.1，10.0.0.2', /full-width character ，/],
    ['PORT', '８０００', /whole number.*full-width character ８: write 8 /],
    ['LOGIN_TIMEOUT', '10ｍ', /is not a duration.*full-width character ｍ: write m /],
    ['DINGTALK_FLOW', '“oauth2”', /must be qrconnect or oauth2.*typographic quote/],
    ['LOG_LEVEL', '「info」', /must be fatal.*typographic quote 「/],
    ['DINGTALK_APP_ID', '「dingabc」', /^holds the typographic quote 「/],
    ['DINGTALK_CORP_ID', '$CORPID$', /^is a placeholder/],
    ['DINGTALK_CORP_ID', 'your_corp_id', /^is a placeholder/],
    ['DINGTALK_CORP_ID', '“ding0123456789”', /^holds the typographic quote/],
    ['DINGTALK_CORP_ID', '12345', /^must be a corpId/],
    ['DINGTALK_APP_SECRET', '"app-secret"', /^has quotes around it/],
    ['HOST', '“127.0.0.1”', /^holds the typographic quote/],
    ['RATE_LIMIT_PER_MINUTE', "'600'", /whole number.*has quotes around it/],
  ])('is named in %s: %s', (name, value, problem) => {
    expectRefused(name, value, problem)
  })

  it('may stand in the name of the organisation', () => {
    expect(read({ BRAND_NAME: '“星辰”（上海），有限公司' }).brand.name).toBe('“星辰”（上海），有限公司')
  })
})

describe('a fault of a value that was cut at a #', () => {
  it('is explained by it', () => {
    const file = parseEnvFile('.env', 'SESSION_SECRETS=abcdefgh#ijklmnopqrstuvwxyz0123456789')
    expect(() => readConfig({ ...least, ...file.values }, file)).toThrow(
      /at least 32 characters; it ends before the first # in \.env: write it in quotes/,
    )
  })
})

describe('all faults', () => {
  const wrong = {
    PORT: 'http',
    PUBLIC_URL: 'login.example.com',
    FRONTEND_URL: '/app',
    ALLOWED_REDIRECTS: 'https://*.example.com',
    DINGTALK_FLOW: 'oauth',
    DINGTALK_APP_ID: 'ding abc',
    DINGTALK_APP_SECRET: 'a secret with spaces',
    DINGTALK_AUDIENCE: 'everyone',
    DINGTALK_CORP_APP_KEY: 'corp key',
    DINGTALK_CORP_APP_SECRET: 'corp-secret-é',
    DINGTALK_LOGIN_URL: 'login.dingtalk.com',
    DINGTALK_OAPI_URL: 'ftp://oapi.dingtalk.com',
    DINGTALK_API_URL: 'https://api.dingtalk.com/v1.0',
    DINGTALK_TIMEOUT: '5',
    MEMBERSHIP_RECHECK: 'never',
    DATABASE_URL: 'mysql://user:database-password@host/db',
    SESSION_SECRETS: `${SECRET},too-short-to-be-safe`,
    SESSION_IDLE_TIMEOUT: '8 h',
    SESSION_MAX_AGE: '-7d',
    LOGIN_TIMEOUT: '1w',
    COOKIE_DOMAIN: 'com',
    TRUST_PROXY: 'true',
    RATE_LIMIT_PER_MINUTE: '0',
    METRICS_PORT: '9464/metrics',
    LOG_LEVEL: 'loud',
  }

  it('are listed together, by name', () => {
    const error = errorOf(wrong)
    expect(error.faults.map(({ setting }) => setting).sort()).toEqual(Object.keys(wrong).sort())
    for (const { setting, problem } of error.faults) expect(error.message).toContain(`  ${setting}: ${problem}`)
  })

  it('are told without the value of any secret', () => {
    const { message } = errorOf(wrong)
    for (const secret of ['a secret with spaces', 'corp-secret', SECRET, 'too-short-to-be-safe', 'database-password']) {
      expect(message).not.toContain(secret)
    }
  })

  it.each(['DINGTALK_APP_SECRET', 'DINGTALK_CORP_APP_SECRET', 'SESSION_SECRETS', 'DINGTALK_APP_ID'])(
    'of %s do not quote it, in production too',
    (name) => {
      for (const value of ['aaaaaaaa bbbbbbbb', 'abcabcab€', 'only-for-development-replace-this-in-production']) {
        const settings = {
          ...production,
          DINGTALK_CORP_APP_KEY: 'corp',
          DINGTALK_APP_ID: 'dingemulator',
          [name]: value,
        }
        expect(errorOf(settings).message).not.toContain(value)
      }
    },
  )
})

describe.each([
  { name: 'DINGTALK_TIMEOUT', of: (s: Settings) => read(s).dingtalk.timeoutMs, max: '60s', over: '61s' },
  { name: 'SESSION_IDLE_TIMEOUT', of: (s: Settings) => read(s).session.idleTimeoutMs, max: '365d', over: '366d' },
  { name: 'SESSION_MAX_AGE', of: (s: Settings) => read(s).session.maxAgeMs, max: '365d', over: '366d' },
  { name: 'LOGIN_TIMEOUT', of: (s: Settings) => read(s).login.timeoutMs, max: '1d', over: '25h' },
  { name: 'MEMBERSHIP_RECHECK', of: (s: Settings) => read(s).membership.recheckMs, max: '365d', over: '366d' },
])('the duration $name', ({ name, of, max, over }) => {
  it('is read in seconds, minutes, hours and days', () => {
    expect(of({ [name]: '59s' })).toBe(59 * SECOND)
    expect(of({ [name]: '1m' })).toBe(MINUTE)
    if (name === 'DINGTALK_TIMEOUT') return
    expect(of({ [name]: '15m' })).toBe(15 * MINUTE)
    expect(of({ [name]: '8h' })).toBe(8 * HOUR)
    expect(of({ [name]: '1d' })).toBe(DAY)
  })

  it('has bounds', () => {
    expect(of({ [name]: max })).toBeGreaterThan(0)
    expectRefused(name, over, /must be between/)
    expectRefused(name, '0s', /must be between/)
  })

  it.each([
    '5',
    '5 s',
    '5S',
    '1.5h',
    '-5s',
    '+5s',
    '5ms',
    '1h30m',
    's',
    'PT5S',
    '５s',
    '1e3s',
    '9999999999s',
    'Infinity',
  ])('is refused as %s', (value) => {
    expectRefused(name, value, /is not a duration; write it like/)
  })
})

describe('the duration 0', () => {
  it('turns the membership recheck off', () => {
    expect(read({ MEMBERSHIP_RECHECK: '0' }).membership.recheckMs).toBe(0)
  })

  it.each(['DINGTALK_TIMEOUT', 'SESSION_IDLE_TIMEOUT', 'SESSION_MAX_AGE', 'LOGIN_TIMEOUT'])(
    'is no duration for %s',
    (name) => {
      expectRefused(name, '0', /is not a duration/)
    },
  )
})

describe('PORT and HOST', () => {
  it.each([
    ['0', 0],
    ['80', 80],
    ['65535', 65_535],
  ])('listens on %s', (value, port) => {
    expect(read({ PORT: value, HOST: '::1' }).listen).toEqual({ port, host: '::1' })
  })

  it.each(['65536', '-1', '80.5', '0x50', '8e3', 'http', '80,81', '٨٠'])('does not listen on %s', (value) => {
    expectRefused('PORT', value, /whole number from 0 to 65535/)
  })
})

describe('METRICS_PORT', () => {
  it.each([
    ['0', 0],
    ['9464', 9464],
  ])('of %s is a port of its own', (value, metricsPort) => {
    expect(read({ METRICS_PORT: value }).listen).toEqual({ port: 8000, host: undefined, metricsPort })
  })

  it('is none unless it is set', () => {
    expect(read({ METRICS_PORT: ' ' }).listen.metricsPort).toBeUndefined()
  })

  it.each(['65536', '-1', 'metrics', '/metrics'])('is not %s', (value) => {
    expectRefused('METRICS_PORT', value, /whole number from 0 to 65535/)
  })

  it('is not PORT’s, unless both are any free port', () => {
    expectRefused('METRICS_PORT', '8000', /must not be PORT's/)
    expectRefused('METRICS_PORT', '81', /must not be PORT's/, { ...least, PORT: '081' })
    expect(read({ PORT: '0', METRICS_PORT: '0' }).listen).toMatchObject({ port: 0, metricsPort: 0 })
  })
})

describe('RATE_LIMIT_PER_MINUTE', () => {
  it('is a whole number', () => {
    expect(read({ RATE_LIMIT_PER_MINUTE: '1' }).edge.rateLimitPerMinute).toBe(1)
  })

  it.each(['0', '-1', '1.5', 'none', '1000001'])('is not %s', (value) => {
    expectRefused('RATE_LIMIT_PER_MINUTE', value, /whole number/)
  })
})

describe('PUBLIC_URL', () => {
  it.each([
    ['https://login.example.com', 'https://login.example.com'],
    ['https://login.example.com/', 'https://login.example.com'],
    ['HTTPS://Login.Example.com:443', 'https://login.example.com'],
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['http://[::1]:8000', 'http://[::1]:8000'],
  ])('%s is the origin %s', (value, publicUrl) => {
    expect(read({ PUBLIC_URL: value }).publicUrl).toBe(publicUrl)
  })

  it.each([
    'https://login.example.com/auth',
    'https://login.example.com?a',
    'https://login.example.com/#',
    'https://a/?',
  ])('has no path: %s', (value) => {
    expectRefused('PUBLIC_URL', value, /without a path/)
  })

  it.each([
    'login.example.com',
    'https:login.example.com',
    'https:/a',
    'https:///a',
    'ftp://a',
    '//a',
    'https://',
    'x',
  ])('is an http(s) address: not %s', (value) => {
    expectRefused('PUBLIC_URL', value, /must be an http:\/\/ or https:\/\/ address/)
  })

  it.each(['https://user@a.example', 'https://user:password@a.example', 'https://@a.example'])(
    'has no user info: not %s',
    (value) => {
      expectRefused('PUBLIC_URL', value, /user name or password/)
      expect(errorOf({ ...least, PUBLIC_URL: value }).message).not.toContain('password@')
    },
  )
})

describe('FRONTEND_URL', () => {
  it('is kept byte for byte, and its origin is allowed', () => {
    const { redirects } = read({ FRONTEND_URL: 'https://App.example.com:443/start?x=%7e#/home' })
    expect(redirects).toEqual({
      frontendUrl: 'https://App.example.com:443/start?x=%7e#/home',
      origins: ['https://app.example.com'],
    })
  })

  it.each([
    '/app',
    'app.example.com',
    'javascript:alert(1)',
    'https://user@app.example.com/',
    'https://app.example.com/张',
  ])('is not %s', (value) => {
    expectRefused('FRONTEND_URL', value, /must/)
  })
})

describe('ALLOWED_REDIRECTS', () => {
  it('adds origins to that of FRONTEND_URL, each once', () => {
    const { redirects } = read({
      FRONTEND_URL: 'https://app.example.com/',
      ALLOWED_REDIRECTS:
        ' https://a.example.com , http://localhost:3000/,,https://APP.example.com,https://a.example.com ',
    })
    expect(redirects.origins).toEqual(['https://app.example.com', 'https://a.example.com', 'http://localhost:3000'])
  })

  it.each(['https://*.example.com', '*', 'https://a.example.com/path', 'a.example.com', 'null', 'https://a https://b'])(
    'is not %s',
    (value) => {
      expectRefused('ALLOWED_REDIRECTS', value, /must/)
      expectRefused('ALLOWED_REDIRECTS', `https://good.example.com,${value}`, /must/)
    },
  )
})

describe("DingTalk's settings", () => {
  it('choose the flow', () => {
    expect(read({ DINGTALK_FLOW: 'oauth2' }).dingtalk.flow).toBe('oauth2')
    expectRefused('DINGTALK_FLOW', 'OAUTH2', /must be qrconnect or oauth2/)
  })

  it('choose the audience', () => {
    expect(read({ DINGTALK_AUDIENCE: 'anyone' }).membership.audience).toBe('anyone')
    expectRefused('DINGTALK_AUDIENCE', 'all', /must be members or anyone/)
  })

  it('may move each host', () => {
    const { dingtalk } = read({
      DINGTALK_LOGIN_URL: 'https://login.dingtalk.io/',
      DINGTALK_OAPI_URL: 'https://oapi.dingtalk.io',
      DINGTALK_API_URL: 'http://localhost:9000',
    })
    expect(dingtalk).toMatchObject({
      loginUrl: 'https://login.dingtalk.io',
      oapiUrl: 'https://oapi.dingtalk.io',
      apiUrl: 'http://localhost:9000',
    })
  })

  it('may name another application for the directory', () => {
    const corp = { DINGTALK_CORP_APP_KEY: 'dingcorp', DINGTALK_CORP_APP_SECRET: 'corp-secret' }
    expect(read(corp).membership).toMatchObject({ appKey: 'dingcorp', appSecret: 'corp-secret' })
    expect(read(corp).dingtalk).toMatchObject({ appId: 'dingabc', appSecret: 'app-secret' })
  })

  it('name that application with both its key and its secret', () => {
    expect(faultsOf({ ...least, DINGTALK_CORP_APP_KEY: 'dingcorp' })).toEqual({
      DINGTALK_CORP_APP_SECRET: 'is missing',
    })
    expect(faultsOf({ ...least, DINGTALK_CORP_APP_SECRET: 'corp-secret' })).toEqual({
      DINGTALK_CORP_APP_KEY: 'is missing',
    })
  })

  it('lose the white space that came with pasting', () => {
    expect(read({ DINGTALK_APP_SECRET: ' app-secret\n' }).dingtalk.appSecret).toBe('app-secret')
  })
})

describe('SESSION_SECRETS', () => {
  it('are kept in their order, newest first', () => {
    expect(read({ SESSION_SECRETS: ` ${SECRET} , ${OLDER_SECRET},` }).session.secrets).toEqual([SECRET, OLDER_SECRET])
  })

  it.each([SECRET.slice(1), `${SECRET},${OLDER_SECRET.slice(1)}`, 'x'])('have 32 characters each: not %s', (value) => {
    expectRefused('SESSION_SECRETS', value, /at least 32 characters/)
  })

  it('are not none', () => {
    expectRefused('SESSION_SECRETS', ',', /is empty/)
  })
})

describe('DATABASE_URL', () => {
  it('is kept as it is', () => {
    expect(read({ DATABASE_URL: 'file:/var/lib/login/login.db' }).databaseUrl).toBe('file:/var/lib/login/login.db')
  })

  it('has no parameters where it is an SQLite file', () => {
    expectRefused('DATABASE_URL', 'file:./login.db?connection_limit=1', /must not have parameters/)
  })

  it.each(['file:', 'login.db', 'mysql://user:pass-word@host/db', 'sqlite://login.db'])('is not %s', (value) => {
    expectRefused('DATABASE_URL', value, /must be/)
    expect(errorOf({ ...least, DATABASE_URL: value }).message).not.toContain('pass-word')
  })
})

describe('DATABASE_URL of PostgreSQL', () => {
  it.each([
    ['postgresql://user@host/db', 'postgresql://user@host/db'],
    ['postgresql://user@/db?host=/var/run/postgresql', 'postgresql://user@localhost/db?host=/var/run/postgresql'],
    ['postgresql://user:p%40ss@:5433/db', 'postgresql://user:p%40ss@localhost:5433/db'],
    ['postgresql:///db?host=/var/run/postgresql', 'postgresql:///db?host=/var/run/postgresql'],
  ])('may leave its host out: %s', (value, address) => {
    expect(read({ DATABASE_URL: value }).databaseUrl).toBe(address)
  })

  it('names an sslmode that there is', () => {
    expectRefused('DATABASE_URL', 'postgresql://user:pass-word@host/db?sslmode=on', /must have an sslmode among/)
  })
})

describe('COOKIE_DOMAIN', () => {
  const base = { ...least, PUBLIC_URL: 'https://login.example.com' }

  it.each([
    ['example.com', 'example.com'],
    ['.example.com', 'example.com'],
    ['Example.COM', 'example.com'],
    ['login.example.com', 'login.example.com'],
  ])('%s covers the host of PUBLIC_URL', (value, domain) => {
    expect(readConfig({ ...base, COOKIE_DOMAIN: value }).session.cookieDomain).toBe(domain)
  })

  it.each([
    'com',
    'example.com/',
    'https://example.com',
    '*.example.com',
    'example.com:443',
    'a b.com',
    '..com',
    '10.0.0.1',
  ])('is a domain: not %s', (value) => {
    expectRefused('COOKIE_DOMAIN', value, /must be a domain/, base)
  })

  it.each(['example.org', 'ample.com', 'app.example.com', 'a.login.example.com'])(
    'is a parent of the host: not %s',
    (value) => {
      expectRefused('COOKIE_DOMAIN', value, /PUBLIC_URL's host or a parent/, base)
    },
  )
})

describe('TRUST_PROXY', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['10', 10],
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['10.1.2.3, fd00::/8 ,loopback', ['10.1.2.3', 'fd00::/8', 'loopback']],
  ])('%s says whom to believe', (value, trustProxy) => {
    expect(read({ TRUST_PROXY: value }).edge.trustProxy).toEqual(trustProxy)
  })

  it.each(['true', 'TRUE', 'True'])('%s is refused: any client could claim any address', (value) => {
    expectRefused('TRUST_PROXY', value, /must not be "true"/)
  })

  it.each([
    'false',
    'yes',
    '*',
    '11',
    '-1',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '10.0.0',
    'proxy',
    '1.5',
  ])('%s is refused', (value) => {
    expectRefused('TRUST_PROXY', value, /number of proxies/)
  })

  it('is refused where "true" or a number hides in a list', () => {
    expectRefused('TRUST_PROXY', '10.0.0.1,true', /number of proxies/)
    expectRefused('TRUST_PROXY', '10.0.0.1,8', /number of proxies/)
  })
})

describe('LOG_LEVEL', () => {
  it.each(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])('is %s', (value) => {
    expect(read({ LOG_LEVEL: value }).logLevel).toBe(value)
  })

  it('is not anything else', () => {
    expectRefused('LOG_LEVEL', 'verbose', /must be fatal, error/)
  })
})

describe('production', () => {
  it('is content with https, an application of one’s own and a strong secret', () => {
    expect(readConfig(production).publicUrl).toBe('https://login.example.com')
  })

  it.each([
    'http://login.example.com',
    'http://10.0.0.1',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
  ])('refuses the PUBLIC_URL %s, which development takes', (value) => {
    expectRefused('PUBLIC_URL', value, /https/, production)
    expect(read({ PUBLIC_URL: value }).publicUrl).toBe(value)
  })

  it.each(['http://localhost:8000', 'http://127.0.0.1', 'http://127.8.9.1:80', 'http://[::1]:8000'])(
    'takes the loopback PUBLIC_URL %s',
    (value) => {
      expect(readConfig({ ...production, PUBLIC_URL: value }).publicUrl).toBe(new URL(value).origin)
    },
  )

  it.each(['DINGTALK_APP_ID', 'DINGTALK_CORP_APP_KEY'])('refuses the emulator’s application as %s', (name) => {
    const base = { ...production, DINGTALK_CORP_APP_KEY: 'corp', DINGTALK_CORP_APP_SECRET: 'corp-secret' }
    expectRefused(name, 'dingemulator', /emulator/, base)
    expect(() => readConfig({ ...base, NODE_ENV: 'development', [name]: 'dingemulator' })).not.toThrow()
  })

  it.each(['DINGTALK_LOGIN_URL', 'DINGTALK_OAPI_URL', 'DINGTALK_API_URL'])(
    'refuses to send secrets without encryption to %s',
    (name) => {
      expectRefused(name, 'http://dingtalk.example.com', /https/, production)
    },
  )

  it.each([
    ['of one character', 'a'.repeat(64)],
    ['of seven different characters', 'abcdefg'.repeat(6)],
    ['of the example', 'only-for-development-replace-this-in-production'],
  ])('refuses a secret %s, also behind a strong one', (_, weak) => {
    expectRefused('SESSION_SECRETS', weak, /secret/, production)
    expectRefused('SESSION_SECRETS', `${SECRET},${weak}`, /secret/, production)
    expect(read({ SESSION_SECRETS: weak }).session.secrets).toEqual([weak])
  })

  it('takes a secret of eight different characters', () => {
    const secret = 'abcdefgh'.repeat(4)
    expect(readConfig({ ...production, SESSION_SECRETS: secret }).session.secrets).toEqual([secret])
  })

  it('lists its own refusals together with all other faults', () => {
    const settings = {
      ...production,
      PUBLIC_URL: 'http://login.example.com',
      DINGTALK_APP_ID: 'dingemulator',
      SESSION_SECRETS: 'a'.repeat(64),
      PORT: 'x',
    }
    expect(Object.keys(faultsOf(settings)).sort()).toEqual(['DINGTALK_APP_ID', 'PORT', 'PUBLIC_URL', 'SESSION_SECRETS'])
  })

  it.each(['DINGTALK_LOGIN_URL', 'DINGTALK_OAPI_URL', 'DINGTALK_API_URL'])('refuses the emulator as %s', (name) => {
    for (const url of ['http://localhost:9000', 'http://127.0.0.1:9000', 'http://[::1]:9000', 'https://localhost']) {
      expectRefused(name, url, /that is the emulator/, production)
      expect(() => read({ [name]: url })).not.toThrow()
    }
  })
})

describe('the warnings', () => {
  const publicUrl = { PUBLIC_URL: 'https://login.example.com', FRONTEND_URL: 'https://app.example.com/' }

  /** As of a start with this text in `.env`; what else is set stands in the environment. */
  async function warnings(settings: Settings, text = '') {
    const file = parseEnvFile('.env', text)
    const environment = { ...file.values, ...least, ...publicUrl, ...settings }
    return warningsOf(readConfig(environment, file), environment, file)
  }
  const named = async (settings: Settings, text?: string) =>
    (await warnings(settings, text)).map(({ setting }) => setting)

  it('are none where all is well', async () => {
    expect(await warnings({}, 'PORT=8000\nSESSION_IDLE_TIMEOUT=8h # hours\n')).toEqual([])
    expect(await warningsOf(read(), least)).toEqual([])
  })

  it.each([
    ['FRONTEND_URI', 'FRONTEND_URL'],
    ['ALLOWED_REDIRECT', 'ALLOWED_REDIRECTS'],
    ['SESSION_SECRET', 'SESSION_SECRETS'],
    ['DINGTALK_APPID', 'DINGTALK_APP_ID'],
    ['DINGTALK_APP_KEY', 'DINGTALK_APP_ID'],
    ['DINGTALK_CLIENT_ID', 'DINGTALK_APP_ID'],
    ['DINGTALK_CLIENT_SECRET', 'DINGTALK_APP_SECRET'],
    ['DINGTALK_CORP_APP_ID', 'DINGTALK_CORP_APP_KEY'],
    ['COOKIE_DOMAINS', 'COOKIE_DOMAIN'],
    ['dingtalk_flow', 'DINGTALK_FLOW'],
  ])('name %s, set anywhere, and what is probably meant', async (name, meant) => {
    const expected = [{ setting: name, problem: `is no setting and counts for nothing; probably ${meant} is meant` }]
    expect(await warnings({}, `${name}=a-value`)).toEqual(expected)
    expect(await warnings({ [name]: 'a-value' })).toEqual(expected)
  })

  it.each(['PUBLIC_URI', 'DATABASE_URI', 'PORTS', 'LOGLEVEL', 'NODE_ENVS', 'RATE_LIMIT_PER_MINUTES'])(
    'name %s where it stands in .env, not elsewhere',
    async (name) => {
      expect(await named({}, `${name}=a-value`)).toEqual([name])
      expect(await named({ [name]: 'a-value' })).toEqual([])
    },
  )

  it('name nothing that others may have set', async () => {
    const others = [
      ...[
        'EMULATOR_PORT',
        'EMULATOR_PUBLIC_URL',
        'FRONTEND_PORT',
        'OPENID_APP_PORT',
        'LOGIN_HOST',
        'POSTGRES_PASSWORD',
        'PATH',
        'HOME',
      ],
      ...['HOSTNAME', 'PWD', 'USER', 'LANG', 'SESSION_MANAGER', 'XDG_SESSION_ID', 'COOKIE_SECRET'],
      ...['DINGTALK_AGENT_ID', 'DINGTALK_WEBHOOK', 'TEST_DATABASE_URL', 'HTTPS_PROXY', 'API_URL', 'TZ', 'DEBUG'],
    ]
    expect(await named({}, others.map((name) => `${name}=x`).join('\n'))).toEqual([])
    expect(await named(Object.fromEntries(others.map((name) => [name, 'x'])))).toEqual([])
  })

  it.each([
    ['https://login.example.com', 'https://app.example.org/'],
    ['https://login.example.com', 'http://app.example.com/'],
    ['http://127.0.0.1:8000', 'http://localhost:8080/'],
    ['http://localhost:8000', 'http://127.0.0.1:8080/'],
    ['https://login.example.com.cn', 'https://app.other.com.cn/'],
    ['https://login.github.io', 'https://app.github.io/'],
    ['http://login', 'http://app/'],
    ['http://10.0.0.1', 'http://10.0.0.2/'],
    ['http://[::1]:8000', 'http://[::2]:8080/'],
    ['http://login.localhost', 'http://app.localhost/'],
  ])('say that of %s no cookie comes from %s', async (own, frontEnd) => {
    const origin = new URL(frontEnd).origin
    const [warning, ...more] = await warnings({ PUBLIC_URL: own, FRONTEND_URL: frontEnd })
    expect(more).toEqual([])
    expect(warning?.setting).toBe('FRONTEND_URL')
    expect(warning?.problem).toMatch(/SameSite=Lax; third-party cookies/)
    for (const address of [origin, own]) expect(warning?.problem).toContain(`${address}`)

    const allowed = { PUBLIC_URL: own, FRONTEND_URL: `${own}/`, ALLOWED_REDIRECTS: origin }
    expect(await named(allowed)).toEqual(['ALLOWED_REDIRECTS'])
  })

  it.each([
    ['https://login.example.com', 'https://app.example.com:8443/'],
    ['https://example.com', 'https://a.b.example.com/'],
    ['https://login.example.com.cn', 'https://app.example.com.cn/'],
    ['http://localhost:8000', 'http://localhost:8080/'],
    ['http://10.0.0.1:8000', 'http://10.0.0.1/'],
    ['http://login_1.example.com', 'http://app_1.example.com/'],
  ])('say nothing of %s and %s, which are one site', async (own, frontEnd) => {
    expect(await warnings({ PUBLIC_URL: own, FRONTEND_URL: frontEnd })).toEqual([])
  })

  it.each([
    ['DINGTALK_APP_SECRET=abc#def', 'abc'],
    ['DINGTALK_APP_SECRET = abc#def # ours', 'abc'],
    ['export DINGTALK_APP_SECRET=abc#def', 'abc'],
    ['DINGTALK_APP_SECRET: abc#def', 'abc'],
    ['A=b\r\nDINGTALK_APP_SECRET=abc#def\r\n', 'abc'],
  ])('name what dotenv cut at a #, without its value: %j', async (text, value) => {
    const settings = { DINGTALK_APP_SECRET: value }
    const [warning, ...more] = await warnings(settings, text)
    expect(more).toEqual([])
    expect(warning).toEqual({
      setting: 'DINGTALK_APP_SECRET',
      problem: 'ends before the first # in .env; if the # belongs to the value, write the value in quotes',
    })
  })

  it.each([
    'DINGTALK_APP_SECRET="abc#def"',
    "DINGTALK_APP_SECRET='abc#def'",
    'DINGTALK_APP_SECRET=abc # def',
    'DINGTALK_APP_SECRET=abc #def',
    'DINGTALK_APP_SECRET=abc',
    '#DINGTALK_APP_SECRET=abc#def',
    'OTHER=abc#def',
  ])('say nothing of a comment or a # in quotes: %j', async (text) => {
    const { values } = parseEnvFile('.env', text)
    expect(await warnings({ DINGTALK_APP_SECRET: values.DINGTALK_APP_SECRET ?? 'abc' }, text)).toEqual([])
  })

  it('say nothing of a cut value that the environment replaces', async () => {
    expect(await warnings({ DINGTALK_APP_SECRET: 'whole#secret' }, 'DINGTALK_APP_SECRET=abc#def')).toEqual([])
  })

  it('name the hosts of DingTalk that are of another region', async () => {
    expect(await warnings({ DINGTALK_LOGIN_URL: 'https://login.dingtalk.io' })).toEqual([
      {
        setting: 'DINGTALK_OAPI_URL',
        problem: expect.stringMatching(/DINGTALK_LOGIN_URL names a host of dingtalk\.io/),
      },
      { setting: 'DINGTALK_API_URL', problem: expect.stringMatching(/all three must be of one region/) },
    ])
    const io = (host: string) => `https://${host}.dingtalk.io`
    const all = { DINGTALK_LOGIN_URL: io('login'), DINGTALK_OAPI_URL: io('oapi'), DINGTALK_API_URL: io('api') }
    expect(await warnings(all)).toEqual([])
  })
})

describe('EMAIL_DOMAIN', () => {
  it('is a domain in small letters', () => {
    expect(read().emailDomain).toBeUndefined()
    expect(read({ EMAIL_DOMAIN: 'NoReply.example.com' }).emailDomain).toBe('noreply.example.com')
  })

  it.each([
    '@example.com',
    'a@example.com',
    '*.example.com',
    'example',
    '.example.com',
    'example.com.',
    'a..example.com',
    '-a.example.com',
    'https://example.com',
    'a_b.example.com',
    '10.0.0.1',
    `${'a'.repeat(64)}.example.com`,
  ])('is refused: %s', (value) => {
    expectRefused('EMAIL_DOMAIN', value, /must be a domain alone/)
  })

  it.each(['qq.com', 'Gmail.com'])('is refused where strangers have mailboxes: %s', (value) => {
    expectRefused('EMAIL_DOMAIN', value, /organisation's own/)
  })
})
