import { describe, expect, it } from 'vitest'
import { setCookies } from './support/browser.js'
import { createWorld, FRONTEND } from './support/world.js'

describe('/verify', () => {
  it('names the person to the proxy', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const { body } = await browser.get('/me').expect(200)
    const { headers, text } = await browser.get('/verify').expect(204)
    expect(headers['x-auth-request-user']).toBe(body.id)
    expect(headers['x-auth-request-preferred-username']).toBe(encodeURIComponent('张三'))
    expect(text).toBe('')
  })

  it('answers nobody with an empty 401, whatever headers the client sends', async () => {
    await using world = await createWorld()
    const { headers, text } = await world
      .browser()
      .get('/verify')
      .set('Accept', 'text/html')
      .set('X-Auth-Request-User', 'admin')
      .set('X-Auth-Request-Preferred-Username', 'admin')
      .expect(401)
    expect(text).toBe('')
    expect(JSON.stringify(headers)).not.toContain('admin')
  })

  it('replaces what a signed-in client claims to be', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const { headers } = await browser.get('/verify').set('X-Auth-Request-User', 'admin').expect(204)
    expect(headers['x-auth-request-user']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each(['post', 'put', 'delete', 'head', 'options'] as const)(
    'answers %s like GET, from any origin',
    async (method) => {
      await using world = await createWorld()
      const browser = world.browser()
      await browser.logIn()
      await browser.send(method, '/verify').set('Origin', 'https://evil.test').expect(204)
      await world.browser().send(method, '/verify').expect(401)
    },
  )

  it('does not let a preflight through that nobody is signed in for', async () => {
    await using world = await createWorld()
    await world
      .browser()
      .send('options', '/verify')
      .set('Origin', FRONTEND)
      .set('Access-Control-Request-Method', 'POST')
      .expect(401)
  })

  it('sets no cookie and writes nothing', async () => {
    await using world = await createWorld({ AUDIT_RETENTION: '0' })
    const browser = world.browser()
    await browser.logIn()
    const before = await world.sql('SELECT * FROM "Session"')
    const changes = await world.database.lastWrite()
    for (let request = 0; request < 20; request++) {
      expect(setCookies(await browser.get('/verify').expect(204))).toEqual([])
    }
    expect(await world.database.lastWrite()).toEqual(changes)
    expect(await world.sql('SELECT * FROM "Session"')).toEqual(before)
  })
})
