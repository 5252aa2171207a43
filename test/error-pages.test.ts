import { describe, expect, it } from 'vitest'
import { type ErrorCode, errorTable } from '../src/errors.js'
import { errorPage } from '../src/pages/error-page.js'
import { texts } from '../src/pages/texts.js'
import { createWorld } from './support/world.js'

const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

function shape(value: unknown): unknown {
  return value && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([key, v]) => [key, shape(v)]))
    : typeof value
}

describe('an error', () => {
  it('is JSON with code, message and request id unless the request prefers a page', async () => {
    await using world = await createWorld()
    for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5', 'image/png']) {
      const { body, headers } = await world.browser().get('/me').set('Accept', accept).expect(401)
      expect(headers['content-type']).toMatch(/^application\/json/)
      expect(body).toEqual({
        error: 'unauthenticated',
        message: errorTable.unauthenticated.message,
        requestId: headers['x-request-id'],
      })
    }
  })

  it('is a page with the same three for people', async () => {
    await using world = await createWorld()
    const { text, headers } = await world.browser().get('/callback?code=a&state=b').set('Accept', HTML).expect(400)
    expect(headers['content-type']).toMatch(/^text\/html; charset=utf-8/)
    expect(text).toContain(texts.en.error.codes.attempt_missing.title)
    expect(text).toContain('attempt_missing')
    expect(text).toContain(headers['x-request-id'])
    // Folded away, with a script of our own that copies it.
    expect(text.indexOf('attempt_missing')).toBeGreaterThan(text.indexOf('<details'))
    expect(text.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/assets/copy.js">'])
  })

  it.each([
    ['zh-CN,zh;q=0.9,en;q=0.8', '', 'zh-CN'],
    ['zh-TW', '', 'zh-CN'],
    ['en-US,en;q=0.9,zh;q=0.8', '', 'en'],
    ['fr', '', 'en'],
    ['zh', '?lang=en', 'en'],
    ['en', '?lang=zh', 'zh-CN'],
    ['en', '?lang=xx', 'en'],
  ])('speaks to a browser that prefers %s at %s in %s', async (language, query, tag) => {
    await using world = await createWorld()
    const { text } = await world
      .browser()
      .get(`/nothing${query}`)
      .set('Accept', HTML)
      .set('Accept-Language', language)
      .expect(404)
    expect(text).toContain(`<html lang="${tag}">`)
  })

  it('offers to try again with the same target', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    world.dingtalk.failNext('getuserinfo_bycode', { errcode: -1 })
    const callback = await browser.scan('zhangsan', '/ding_url?redirect=/inbox?a=1')
    const { text } = await browser.get(callback).set('Accept', HTML).expect(503)
    const again =
      /class="action" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&').replace('/login', '/ding_url') ?? ''
    const landed = await browser.logIn('zhangsan', again)
    expect(landed.headers.location).toMatch(/^http:\/\/front\.test\/inbox\?a=1&username=/)
  })

  it('has words for every code, in both languages alike', () => {
    expect(Object.keys(texts.en.error.codes).sort()).toEqual(Object.keys(errorTable).sort())
    expect(shape(texts.zh)).toEqual(shape(texts.en))
    for (const code of Object.keys(errorTable) as ErrorCode[]) {
      expect(texts.zh.error.codes[code].title).toMatch(/\p{Script=Han}/u)
    }
  })

  it('shows hostile text as text', () => {
    const page = errorPage({
      code: 'internal',
      hint: undefined,
      requestId: '"><script>alert(1)</script>',
      language: 'en',
      brand: { name: '<i>', logoUrl: undefined, host: 'login.test' },
      otherLanguageUrl: '"><i>',
      loginUrl: '"><b>',
      target: 'x\'"><b>',
    }).toString()
    expect(page).not.toContain('<script>')
    expect(page).not.toMatch(/<[bi]>/)
    expect(page).toContain('<a href="&quot;&gt;&lt;i&gt;"')
  })

  it('is a bare 500 when it is a bug, and only the log knows more', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    await world.sql('ALTER TABLE "Session" RENAME TO "Gone"')
    const { body } = await browser.get('/me').expect(500)
    expect(Object.keys(body)).toEqual(['error', 'message', 'requestId'])
    expect(body.error).toBe('internal')
    expect(JSON.stringify(body)).not.toMatch(/Session|Prisma|sqlite|\.ts/i)
    expect(world.log.at(-1)).toMatchObject({
      code: 'internal',
      requestId: body.requestId,
      stack: expect.stringContaining('at '),
    })
  })
})
