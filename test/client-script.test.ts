import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { takeUsername } from '../src/client/username-in-address.js'
import { withUsername } from '../src/services/redirect-target.js'
import { ownVersion } from '../src/version.js'
import { setCookies } from './support/browser.js'
import { createWorld, FRONTEND } from './support/world.js'

const PROJECT = fileURLToPath(new URL('../', import.meta.url))

describe('/client.js', () => {
  it('is a module of at most 2 KB, the same that the package gives', async () => {
    await using world = await createWorld()
    const { text, headers } = await world.browser().get('/client.js').buffer(true).expect(200)
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2048)
    expect(text).toBe(readFileSync(path.join(PROJECT, 'dist/client/client.js'), 'utf8'))
    expect(text).not.toMatch(/\b(?:im|ex)port[ {][^;]*from\b|\bimport\(/)
  })

  it('is written for the browsers that the documents name', async () => {
    const text = readFileSync(path.join(PROJECT, 'dist/client/client.js'), 'utf8')
    // A younger syntax would be rewritten.
    const rewritten = await transform(text, { target: 'es2020', format: 'esm', minify: true })
    expect(rewritten.code.length).toBe(text.length)
    const documents = ['docs/api.md', 'docs/zh/api.md'].map((file) => readFileSync(path.join(PROJECT, file), 'utf8'))
    for (const document of documents) expect(document).toMatch(/Chrome.*80.*Firefox 74.*Safari 15\.4/)
  })

  it.each([FRONTEND, 'https://evil.test', undefined])('may be loaded by every origin: %s', async (origin) => {
    await using world = await createWorld()
    const asking = world.browser().get('/client.js')
    const { headers } = await (origin ? asking.set('Origin', origin) : asking).expect(200)
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['access-control-allow-credentials']).toBeUndefined()
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin')
    expect(headers.vary).toBeUndefined()
  })

  it('is asked for each time, and sent when it has changed', async () => {
    await using world = await createWorld()
    const first = await world.browser().get('/client.js').expect(200)
    expect(first.headers['cache-control']).toBe('private, no-cache')
    const etag = String(first.headers.etag)
    const again = await world.browser().get('/client.js').set('If-None-Match', etag).expect(304)
    expect(again.text).toBe('')
    await world.browser().get('/client.js').set('If-None-Match', '"another"').expect(200)
  })

  it('is kept for a year with this version in its address, and with no other', async () => {
    await using world = await createWorld()
    const cacheControl = async (query: string) =>
      (await world.browser().get(`/client.js${query}`).expect(200)).headers['cache-control']
    expect(await cacheControl(`?v=${ownVersion()}`)).toBe('private, max-age=31536000, immutable')
    for (const other of ['?v=', '?v=0.0.0', `?v=${ownVersion()}1`, '?w=1', '?v=%zz'])
      expect(await cacheControl(other), other).toBe('private, no-cache')
  })

  it('touches no session, even of one who sends a cookie', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const before = await world.sql('SELECT * FROM "Session"')
    world.pass(3_600_000)
    expect(setCookies(await browser.get('/client.js').expect(200))).toEqual([])
    expect(await world.sql('SELECT * FROM "Session"')).toEqual(before)
  })

  it('answers GET and HEAD alone', async () => {
    await using world = await createWorld()
    const { headers, text } = await world.browser().send('head', '/client.js').expect(200)
    expect(text ?? '').toBe('')
    expect(Number(headers['content-length'])).toBeGreaterThan(1000)
    for (const method of ['post', 'put', 'delete', 'options'] as const) {
      const refused = await world.browser().send(method, '/client.js').set('Origin', FRONTEND).expect(405)
      expect(refused.headers.allow).toBe('GET, HEAD')
    }
  })
})

describe('the username in an address', () => {
  const part = fc.stringMatching(/^[\w.~!$'()*+,;:@/-]{0,12}$/)
  const parameter = fc.tuple(part, part).map(([name, value]) => `${name === 'username' ? 'user' : name}=${value}`)
  const query = fc.array(fc.oneof(parameter, part, fc.constant('username'), fc.constant('x=username=1')), {
    maxLength: 5,
  })
  const fragment = fc.option(fc.stringMatching(/^[\w?&=/#%-]{0,20}$/), { nil: undefined })
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 })

  it('that a login has added goes, and all else stays byte for byte', () => {
    fc.assert(
      fc.property(part, query, fragment, name, (where, pairs, hash, username) => {
        const kept = pairs.filter((pair) => pair !== 'username')
        const asked = `http://front.test/${where}${kept.length > 0 ? `?${kept.join('&')}` : ''}`
        // The server has no way to keep a `?` with nothing behind it.
        const target = `${asked.replace(/\?$/, '')}${hash === undefined ? '' : `#${hash}`}`
        expect(takeUsername(withUsername(target, username))).toEqual([username, target])
      }),
    )
  })

  it('that stands elsewhere stays', () => {
    fc.assert(
      fc.property(part, query, fragment, (where, pairs, hash) => {
        const written = [...pairs, 'username=x', 'last=1'].join('&')
        const href = `http://front.test/${where}?${written}${hash === undefined ? '' : `#${hash}`}`
        expect(takeUsername(href)).toBeUndefined()
      }),
    )
  })

  it.each([
    ['http://front.test/?username=a&username=%E5%BC%A0%E4%B8%89', '张三', 'http://front.test/?username=a'],
    ['http://front.test/?a=%zz&&b&username=a%26b#x?username=c', 'a&b', 'http://front.test/?a=%zz&&b#x?username=c'],
    ['http://front.test/#username=a', undefined, undefined],
    ['http://front.test/#?username=a', undefined, undefined],
    ['http://front.test/&username=a', undefined, undefined],
    ['http://front.test/?myusername=a', undefined, undefined],
    ['http://front.test/?username', undefined, undefined],
    ['http://front.test/?username=', undefined, undefined],
    ['http://front.test/?username=a+b', undefined, undefined],
    ['http://front.test/?username=%E5%BC', undefined, undefined],
  ])('is found in %s: %s', (href, username, address) => {
    expect(takeUsername(href)).toEqual(username === undefined ? undefined : [username, address])
  })
})

describe('dingtalk-login/client', () => {
  it.each(['nodenext', 'bundler'])('has types, as %s finds them', async (moduleResolution) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    mkdirSync(path.join(directory, 'node_modules'))
    symlinkSync(PROJECT, path.join(directory, 'node_modules/dingtalk-login'), 'junction')
    writeFileSync(path.join(directory, 'package.json'), '{ "type": "module" }')
    writeFileSync(
      path.join(directory, 'use.ts'),
      `import { type Client, createClient, type LoginError, type Person } from 'dingtalk-login/client'
      const client: Client = createClient('http://login.test')
      const me: Person | undefined = await client.me()
      export const avatar: string | null | undefined = me?.avatarUrl
      client.login()
      client.login({ redirect: '/orders', prompt: 'page' })
      const stop: () => void = client.onChange((person) => person?.nick.trim(), (error: LoginError) => error.code.trim())
      stop()
      await client.logout()
      // @ts-expect-error a way that there is not
      client.login({ prompt: 'none' })
      // @ts-expect-error may be nobody
      me.nick
      // @ts-expect-error for reading only
      client.username = 'x'
      `,
    )
    const tsc = path.join(PROJECT, 'node_modules/typescript/bin/tsc')
    const module = moduleResolution === 'nodenext' ? 'nodenext' : 'esnext'
    const options = ['--strict', '--noEmit', '--target', 'es2022', '--types', '', '--lib', 'es2022,dom']
    const run = promisify(execFile)(
      process.execPath,
      [tsc, ...options, '--module', module, '--moduleResolution', moduleResolution, 'use.ts'],
      { cwd: directory },
    )
    expect(await run.catch(({ stdout }) => ({ stdout }))).toMatchObject({ stdout: '' })
  })
})
