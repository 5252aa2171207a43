import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../src/errors.js'
import { judgeRedirect, landingOf, type RedirectRules, withUsername } from '../src/services/redirect-target.js'
import { setCookies } from './support/browser.js'
import { createWorld, FRONTEND, FRONTEND_URL } from './support/world.js'

const rules: RedirectRules = {
  frontendUrl: 'http://front.test/welcome?from=login#top',
  origins: ['http://front.test', 'https://app.example.com', 'http://localhost:3000'],
  publicUrl: 'https://login.example.com',
}

/** The target, or the error's code. */
function judge(redirect: string | undefined): string {
  try {
    return judgeRedirect(redirect, rules)
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

describe('a login without a redirect', () => {
  it('leads to FRONTEND_URL as it was set', () => {
    expect(judge(undefined)).toBe(rules.frontendUrl)
  })
})

describe('an address on an allowed origin', () => {
  it.each([
    'http://front.test',
    'http://front.test/',
    'http://front.test:80/a',
    'http://front.test:/a',
    'HTTP://FRONT.TEST/a',
    'http://front.test?a=1',
    'http://front.test#part',
    'https://app.example.com/',
    'https://app.example.com:443/x',
    'http://localhost:3000/x/y',
    'http://front.test/a?b=c&d=%E5%BC%A0#/route?x=1',
    'http://front.test/a//b/../c/./d;e=f,g:h@i',
    'http://front.test/a?next=https://evil.test/&x=//evil.test',
    'http://front.test/%2F%2fevil.test?a=%zz&&b&=&+',
    'http://front.test/a?q=\'"<>{}|^`[]!$*()~',
    'http://front.test/a?#',
    'http://front.test/..//evil.test',
  ])('is kept byte for byte: %s', (redirect) => {
    expect(judge(redirect)).toBe(redirect)
  })

  it('has only what no header can carry percent-encoded', () => {
    expect(judge('http://front.test/张 三?q=é✨&p=%41#片')).toBe(
      'http://front.test/%E5%BC%A0%20%E4%B8%89?q=%C3%A9%E2%9C%A8&p=%41#%E7%89%87',
    )
  })
})

describe('a path', () => {
  it.each(['/', '/a', '/a?b=c#d', '/a//b', '/a/../b', '/?redirect=//evil.test', '/@evil.test', '/:80', '/%2Fevil'])(
    'becomes an address of FRONTEND_URL, byte for byte: %s',
    (path) => {
      expect(judge(path)).toBe(`http://front.test${path}`)
    },
  )

  it('is not taken relative to the path of FRONTEND_URL', () => {
    expect(judge('/a')).toBe('http://front.test/a')
  })
})

/** Each leads somewhere else in some browser, front end or parser, or is no address at all. */
const refused = [
  // another origin
  'http://evil.test/',
  'https://evil.test',
  'https://front.test/',
  'http://app.example.com/',
  'http://front.test:8080/',
  'http://front.test:443/',
  'http://localhost/',
  'http://localhost:30001/',
  'http://127.0.0.1:3000/',
  'http://[::1]:3000/',
  // prefixes, suffixes, dots
  'http://front.test.evil.test/',
  'http://evil-front.test/',
  'http://evil.front.test/',
  'http://front.testevil/',
  'http://front.test./',
  'http://front.test..evil.test/',
  'http://.front.test/',
  'http://front,test/',
  // user info
  'http://front.test@evil.test/',
  'http://user@front.test/',
  'http://user:password@front.test/',
  'http://:@front.test/',
  'http://@front.test/',
  'http://front.test:80@evil.test/',
  'http://front.test%40evil.test/',
  'http://front.test%2f@evil.test/',
  'https://app.example.com:x@evil.test/',
  // what is not a host to every parser
  'http://front%2etest/',
  'http://%66ront.test/',
  'http://front.test%00.evil.test/',
  'http://front.test%2f.evil.test/',
  'http://front.test:80:80/',
  'http://front.test:port/',
  'http://front.test&.evil.test/',
  "http://front.test'.evil.test/",
  'http://front_test/',
  'http://evil.test;front.test/',
  'http://evil.test,front.test/',
  'http://[front.test]/',
  // two slashes in any manner
  '//evil.test',
  '//front.test',
  '///evil.test',
  '////evil.test/',
  '//evil.test@front.test',
  '//evil.test/..;/',
  '/..//evil.test',
  '/.//evil.test',
  '/./..//evil.test',
  '/a/..//evil.test',
  '/a/b/../..//evil.test',
  '/%2e//evil.test',
  '/%2e%2e//evil.test',
  '/%2E%2e//evil.test',
  '/.%2e//evil.test',
  '/..//',
  '/.///evil.test',
  // backslashes
  '\\\\evil.test',
  '\\/evil.test',
  '/\\evil.test',
  '/\\/evil.test',
  '//\\evil.test',
  '/a/..\\\\evil.test',
  '/..\\/evil.test',
  'http:\\\\evil.test',
  'http:/\\evil.test',
  'http://evil.test\\@front.test/',
  'http://front.test\\@evil.test/',
  'http://front.test\\.evil.test/',
  // characters that browsers drop
  '/\t/evil.test',
  '/\n/evil.test',
  '/\r/evil.test',
  '/\r\n/evil.test',
  '\t//evil.test',
  '/a\r\nSet-Cookie: sid=evil',
  '/a\u0000b',
  '/a\u0085b',
  'ht\ntp://evil.test/',
  'java\tscript:alert(1)',
  'http://front.test\n.evil.test/',
  'http://front.test/\r\nLocation: http://evil.test',
  ' //evil.test',
  ' http://front.test/',
  '\u00a0http://front.test/',
  '\ufeffhttp://front.test/',
  '\u0001http://evil.test/',
  // schemes
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'javascript://front.test/%0aalert(1)',
  'javascript:http://front.test/',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'file:///etc/passwd',
  'ftp://front.test/',
  'ws://front.test/',
  'blob:http://front.test/00000000-0000-0000-0000-000000000000',
  'filesystem:http://front.test/x',
  'view-source:http://front.test/',
  'about:blank',
  'mailto:evil@front.test',
  'intent://front.test/#Intent;scheme=http;end',
  'dingtalk://front.test/',
  // not two slashes
  'http:evil.test',
  'http:/evil.test',
  'http:///evil.test',
  'http:////evil.test',
  'http:front.test',
  'http:/front.test/',
  'http:///front.test/',
  'https:app.example.com',
  'http//front.test',
  'http%3A//front.test/',
  'http%3a%2f%2ffront.test/',
  '%2F%2Fevil.test',
  '%2f',
  '%5cevil.test',
  // Unicode hosts
  'http://ｆront.test/',
  'http://front。test/',
  'http://front．test/',
  'http://frоnt.test/',
  'http://evil.test／front.test/',
  'http://front.test／.evil.test/',
  'http://evil.test⁄front.test/',
  'http://front.test＠evil.test/',
  'http://front.test\u202e/',
  'http://front.te\u00adst/',
  '／／evil.test',
  '/\ud800',
  'http://front.test/\udfff',
  // no address
  '',
  ' ',
  '.',
  '..',
  'a',
  'front.test',
  'front.test/a',
  './a',
  '../a',
  '?a=1',
  '#a',
  '*',
  'null',
  'undefined',
  'http://',
  'http://?',
  'http://#',
  'http:',
  ':',
  '://front.test',
]

describe('an address that leads elsewhere', () => {
  it.each(refused.map((redirect) => [JSON.stringify(redirect), redirect]))('is refused: %s', (_, redirect) => {
    expect(judge(redirect)).toBe('redirect_not_allowed')
  })
})

describe('a redirect that is too long for the cookie', () => {
  it('is a bad request, from the first character too many', () => {
    const path = `/${'a'.repeat(2047)}`
    expect(judge(path)).toBe(`http://front.test${path}`)
    expect(judge(`${path}a`)).toBe('bad_request')
  })

  it('is measured as it would be sent', () => {
    expect(judge(`/${'张'.repeat(300)}`)).toBe('bad_request')
  })
})

describe('the username', () => {
  it.each([
    ['http://front.test', 'http://front.test?username=me'],
    ['http://front.test/', 'http://front.test/?username=me'],
    ['http://front.test/a?b=c', 'http://front.test/a?b=c&username=me'],
    ['http://front.test/a#part', 'http://front.test/a?username=me#part'],
    ['http://front.test/a?b=c#part', 'http://front.test/a?b=c&username=me#part'],
    ['http://front.test/a?', 'http://front.test/a?username=me'],
    ['http://front.test/a?#', 'http://front.test/a?username=me#'],
    ['http://front.test/#/route?x=1', 'http://front.test/?username=me#/route?x=1'],
    ['http://front.test/a?b=c?d=e', 'http://front.test/a?b=c?d=e&username=me'],
    ['http://front.test/a?%7a=%zz&+=+&&e==', 'http://front.test/a?%7a=%zz&+=+&&e==&username=me'],
    ['http://front.test/username=x?myusername=y&username2=z', undefined],
    ['http://front.test/?Username=y&a=username', undefined],
  ])('is added to %s, and nothing else is changed', (target, expected) => {
    expect(withUsername(target, 'me')).toBe(expected ?? `${target}&username=me`)
  })

  it.each([
    'username=evil',
    'username',
    'username=',
    'username=evil&username=worse',
    '%75sername=evil',
    'user%6Eame=evil',
    '%75%73%65%72%6e%61%6d%65',
    'username=a=b',
    'username=me',
  ])('stands in the place of one that the target had: ?%s', (query) => {
    expect(withUsername(`http://front.test/a?x=1&${query}&y=2#username=z`, 'me')).toBe(
      'http://front.test/a?x=1&y=2&username=me#username=z',
    )
    expect(withUsername(`http://front.test/a?${query}`, 'me')).toBe('http://front.test/a?username=me')
  })

  it.each(['张三', 'a&admin=1', 'a#b', 'a?b', '#', '&username=x', '%41', 'a b+c', '<script>', '👩‍💻', '\r\nX: 1', "'"])(
    '%j comes out as it was, and ends neither the query nor the header',
    (username) => {
      const landing = withUsername('http://front.test/a?b=c#d', username)
      expect(landing).toMatch(/^[\x21-\x7e]+$/)
      const url = new URL(landing)
      expect([...url.searchParams]).toEqual([
        ['b', 'c'],
        ['username', username],
      ])
      expect(url.hash).toBe('#d')
    },
  )
})

const OWN = 'https://login.example.com'

/** Pages of this server, as a login may lead there. */
const ownPages = [
  '/apps',
  '/apps?search=wiki&lang=zh',
  '/apps?',
  '/account',
  '/account?lang=en',
  '/admin',
  '/admin/',
  '/admin?days=90',
  '/admin/people',
  '/admin/people/',
  '/admin/people?search=%E5%BC%A0&after=a/../b//c&next=//evil.test',
  '/admin/groups/%E7%A0%94%E5%8F%91%20(1)',
  '/admin/people/0191-ab_c.d~e',
  "/admin/groups/it's!*@:",
]

describe('a page of our own', () => {
  it.each(ownPages)('is a target, byte for byte, and no username is added: %s', (path) => {
    expect(judge(OWN + path)).toBe(OWN + path)
    expect(landingOf(OWN + path, 'me', rules)).toBe(OWN + path)
  })

  it('is one for whoever asks for the very origin alone', () => {
    const { publicUrl: _, ...others } = rules
    expect(() => judgeRedirect(`${OWN}/apps`, others)).toThrow('redirect_not_allowed')
    expect(landingOf('http://front.test/apps', 'me', rules)).toBe('http://front.test/apps?username=me')
  })

  it.each([
    ...[
      '',
      '/',
      '/?',
      '?',
      '/login',
      '/ding_url',
      '/callback?code=a&state=b',
      '/me',
      '/logout',
      '/oidc/logout',
      '/verify',
    ],
    ...[
      '/assets/x.js',
      '/metrics',
      '/APPS',
      '/Apps',
      '/apps/',
      '/apps/x',
      '/apps//',
      '/appsx',
      '/apps;x',
      '/app',
      '/apps#x',
    ],
    ...['/account/', '/account/x', '/accounts', '/adminx', '/admin.', '/admin;x', '/admin#x', '/admin?a#x'],
    ...[
      '//apps',
      '//admin',
      '/admin//',
      '/admin//evil.test',
      '/admin/a//b',
      '/./apps',
      '/x/../apps',
      '/admin/../oidc/logout',
    ],
    ...['/admin/..', '/admin/.', '/admin/./a', '/admin/../apps', '/admin/..?a', '/admin/a/..', '/admin/a/../../logout'],
    ...['/admin/%2e%2e/logout', '/admin/%2E%2E', '/admin/.%2e', '/admin/%2e', '/admin/a%2fb', '/admin/a%2F..%2Fb'],
    ...['/admin/%5c', '/admin/a%5Cb', '/admin/%00', '/admin/%0d%0aX', '/admin/%25', '/admin/%252e%252e', '/admin/%'],
    ...[
      '/%61pps',
      '/admin%2f',
      '/admin%3f',
      '/admin\\',
      '/admin/\\',
      '/admin/..\\',
      '/\\admin',
      '\\admin',
      '/admin/\t',
      '/admin\n',
    ],
    ...[
      '/admin/a;b',
      '/admin/a&b',
      '/admin/<b>',
      '/admin/a"b',
      '.evil.test/apps',
      '@evil.test/apps',
      ':443/apps',
      ':8443/apps',
    ],
    ...['x/apps', './apps', '%2fapps', '%00/apps'],
  ])('is nothing else on this server, nor beside it: %j', (path) => {
    expect(judge(OWN + path)).toBe('redirect_not_allowed')
  })

  it.each([
    'http://login.example.com/apps',
    'HTTPS://login.example.com/apps',
    'https://LOGIN.example.com/apps',
    '//login.example.com/apps',
  ])('is on exactly PUBLIC_URL: %s', (redirect) => {
    expect(judge(redirect)).toBe('redirect_not_allowed')
  })
})

/** What open redirects are made of, in any order. */
const nasty = fc
  .array(
    fc.constantFrom(
      ...['http:', 'https:', 'HTTP:', 'javascript:', 'data:', '/', '//', '///', '\\', '\\\\', '/\\', '..', '.', '%2e'],
      ...['%2f', '%5c', '@', ':', ':80', ':3000', '?', '#', '&', '=', '%', '%00', '\t', '\n', '\r', ' ', '\u0000'],
      ...['front.test', 'evil.test', 'app.example.com', 'localhost', '[::1]', '127.0.0.1', 'user', 'username=', ';'],
      ...['。', '．', '／', '＠', '\u202e', '\u00ad', '\ud800', '\udc00', 'ß', '张', 'xn--', '%75sername=evil', 'a'],
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

const anyText = fc.string({ unit: 'binary', maxLength: 60 })
const redirects = fc.oneof(
  anyText,
  nasty,
  fc
    .tuple(fc.constantFrom('http://front.test', 'https://app.example.com', '/', 'http://'), nasty)
    .map((p) => p.join('')),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.array(fc.nat(0xffff).map((unit) => String.fromCharCode(unit))).map((units) => units.join('')),
)
const usernames = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  nasty.map((text) => text.replace(/\p{Cs}/gu, '')),
)

/** What tricks with paths are made of, behind a page's address. */
const nastyPaths = fc
  .array(
    fc.constantFrom(
      ...[
        '/apps',
        '/account',
        '/admin',
        '/',
        '//',
        '/..',
        '/.',
        '..',
        '.',
        '%2e',
        '%2E',
        '%2f',
        '%5c',
        '\\\\',
        '%25',
        '%00',
      ],
      ...[
        '?',
        '#',
        '&',
        ';',
        '@',
        ':',
        '%20',
        '%e5%bc%a0',
        'a',
        'logout',
        'oidc',
        '\t',
        '\n',
        ' ',
        '\u0000',
        '张',
        '\ud800',
      ],
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

function expectSafe(sent: string): void {
  expect(sent).toMatch(/^[\x21-\x7e]+$/)
  expect(sent).not.toContain('\\')
  const url = new URL(sent)
  expect(rules.origins).toContain(url.origin)
  expect(`${url.username}${url.password}`).toBe('')
}

describe('any text at all', () => {
  it('is refused, or leads to an allowed origin, with any username too', () => {
    let accepted = 0
    fc.assert(
      fc.property(redirects, usernames, (redirect, username) => {
        const target = judge(redirect)
        if (target === 'redirect_not_allowed' || target === 'bad_request') return
        accepted++
        expectSafe(target)
        const landing = withUsername(target, username)
        expectSafe(landing)
        const { pathname, hash, searchParams } = new URL(landing)
        expect({ pathname, hash }).toEqual({ pathname: new URL(target).pathname, hash: new URL(target).hash })
        expect(searchParams.getAll('username')).toEqual([username])
      }),
      { numRuns: 6000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  it('stays on the front end when it begins with a slash, also for one who follows only the path', () => {
    let accepted = 0
    fc.assert(
      fc.property(nasty, (rest) => {
        const target = judge(`/${rest}`)
        if (target === 'redirect_not_allowed' || target === 'bad_request') return
        accepted++
        const url = new URL(target)
        expect(url.origin).toBe('http://front.test')
        expect(new URL(url.pathname + url.search + url.hash, url.origin).origin).toBe('http://front.test')
      }),
      { numRuns: 2000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})

describe('any path at all on our own origin', () => {
  it('is refused, or leads for every reader to one of our pages as it is written', () => {
    let accepted = 0
    fc.assert(
      fc.property(
        fc.constantFrom('', '/apps', '/account', '/admin', '/admin/'),
        nastyPaths,
        usernames,
        (page, rest, me) => {
          const target = judge(OWN + page + rest)
          if (target === 'redirect_not_allowed' || target === 'bad_request') return
          accepted++
          expect(target).toMatch(/^[\x21-\x5b\x5d-\x7e]+$/)
          const { href, origin, pathname, hash } = new URL(target)
          expect({ origin, hash }).toEqual({ origin: OWN, hash: '' })
          // What browsers make of it is what was judged, and whoever decodes it walks the same steps.
          expect(href.split('?', 1)).toEqual(target.split('?', 1))
          expect(decodeURIComponent(pathname).split(/[/\\]/)).toEqual(pathname.split('/').map(decodeURIComponent))
          expect(pathname).toMatch(/^\/(apps|account|admin(\/.*)?)$/)
          expect(pathname).not.toMatch(/\/\/|\/\.{1,2}(\/|$)|%2e|%2f|%5c|%25|%0/i)
          expect(landingOf(target, me, rules)).toBe(target)
        },
      ),
      { numRuns: 6000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})

describe('the server', () => {
  it.each(['http://evil.test/', '//evil.test', '/\\evil.test', 'javascript:alert(1)', '', 'http://login.test/me'])(
    'refuses a redirect to %j before the scan, and begins nothing',
    async (redirect) => {
      await using world = await createWorld()
      const browser = world.browser()
      const answer = await browser.get(`/ding_url?redirect=${encodeURIComponent(redirect)}`).expect(400)
      expect(answer.body.error).toBe('redirect_not_allowed')
      expect(answer.headers).not.toHaveProperty('location')
      expect(setCookies(answer)).toEqual([])
    },
  )

  it.each(['/apps', '/account?lang=zh', '/admin/people?search=a'])(
    'leads to its own page %s after the login, without a username',
    async (path) => {
      await using world = await createWorld()
      const redirect = encodeURIComponent(`http://login.test${path}`)
      const landed = await world.browser().logIn('zhangsan', `/ding_url?redirect=${redirect}`)
      expect(landed.headers.location).toBe(`http://login.test${path}`)
    },
  )

  it('refuses a redirect that is given twice, and begins nothing', async () => {
    await using world = await createWorld()
    const answer = await world.browser().get('/ding_url?redirect=/a&redirect=/b').expect(400)
    expect(answer.body.error).toBe('bad_request')
    expect(setCookies(answer)).toEqual([])
  })

  it('leads to a target of ALLOWED_REDIRECTS byte for byte, with the username before its fragment', async () => {
    await using world = await createWorld({ ALLOWED_REDIRECTS: 'https://app.example.com, http://localhost:3000' })
    const target = "https://app.example.com/a//b?x='%zz&username=evil&y=%7e#/route"
    const landed = await world.browser().logIn('zhangsan', `/ding_url?redirect=${encodeURIComponent(target)}`)
    expect(landed.headers.location).toBe(
      `https://app.example.com/a//b?x='%zz&y=%7e&username=${encodeURIComponent('张三')}#/route`,
    )
  })

  it('leads to a path on the front end', async () => {
    await using world = await createWorld()
    const landed = await world.browser().logIn('zhangsan', '/ding_url?redirect=/orders%3Fpage%3D2')
    expect(landed.headers.location).toBe(`${FRONTEND}/orders?page=2&username=${encodeURIComponent('张三')}`)
    expect(landed.headers.location).not.toContain(`${FRONTEND_URL}/`)
  })
})
