import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { addApplication } from './support/applications.js'
import { enterConsole, formTokenOf, postForm, unionIdOf } from './support/console.js'
import { createHostWorld, HOST_URL, hostApplication } from './support/host-application.js'
import { CLIENT_SETTINGS, openInClient, post } from './support/in-client.js'
import { RelyingParty } from './support/relying-party.js'

/** An application whose body parsers, these, read what is sent before we do. */
const behind =
  (...parsers: RequestHandler[]) =>
  (login: { routes: RequestHandler }) =>
    express().use(...parsers, login.routes)

describe('behind the body parsers of an application', () => {
  const parsers: [string, RequestHandler[]][] = [
    ['none', []],
    ['express.urlencoded', [express.json(), express.urlencoded({ extended: true })]],
    ['express.urlencoded with querystring', [express.urlencoded({ extended: false })]],
    ['express.text', [express.text({ type: '*/*' })]],
    ['express.raw', [express.raw({ type: '*/*' })]],
  ]

  it.each(parsers)('the forms of the console arrive: %s', async (_name, all) => {
    await using world = await createHostWorld(behind(...all), { ADMINS: [unionIdOf('zhangsan')] })
    const browser = world.browser()
    await enterConsole(browser)
    await world.browser().logIn('lisi')
    const [person] = await world.database.sql(`SELECT id FROM "User" WHERE username = '李四'`)
    const page = await browser.get(`/admin/people/${person?.id}`).expect(200)
    const to = /action="(\/admin\/people\/[^"]+\/disable)"/.exec(page.text)?.[1] ?? ''
    await postForm(browser, to, { token: formTokenOf(page) }, HOST_URL).expect(303)
    expect(await world.database.sql(`SELECT username FROM "User" WHERE "disabledAt" IS NOT NULL`)).toEqual([
      { username: '李四' },
    ])
    // Its token is asked for as ever.
    await postForm(browser, to, {}, HOST_URL).expect(403)
  })

  it('several values of one field arrive, however many', async () => {
    const parser = express.urlencoded({ extended: true })
    await using world = await createHostWorld(behind(parser), { ADMINS: unionIdOf('zhangsan') })
    const browser = world.browser()
    await enterConsole(browser)
    const names = Array.from({ length: 150 }, (_, n) => `field=${n}`)
    // A form whose token counts no more is shown again, with all that was typed.
    const late = await browser
      .post('/admin/check-dingtalk', HOST_URL)
      .type('application/x-www-form-urlencoded')
      .send(['token=x', ...names].join('&'))
      .expect(403)
    expect([...late.text.matchAll(/name="field" value="(\d+)"/g)].map(([, n]) => Number(n))).toEqual([
      ...Array(150).keys(),
    ])
  })

  it.each(parsers)('an application logs in by OpenID Connect: %s', async (_name, all) => {
    await using world = await createHostWorld(behind(...all))
    await addApplication(world)
    const party = new RelyingParty(world)
    const landed = await party.askAndLogIn(world.browser())
    const { body } = await party.exchange(landed.get('code'))
    expect((await party.userinfo(body.access_token)).body).toMatchObject({ nickname: '张三' })
    expect((await party.introspect(body.access_token)).body.active).toBe(true)
  })

  it.each(parsers)('a login inside the DingTalk client: %s', async (_name, all) => {
    await using world = await createHostWorld(behind(...all), CLIENT_SETTINGS)
    const browser = world.browser()
    const { state } = await openInClient(browser)
    const landed = await post(browser, { state, inClientCode: world.dingtalk.clientCode('zhangsan') })
    expect(landed.status).toBe(302)
    expect((await browser.get('/me').expect(200)).body.username).toBe('张三')
  })

  it('a form that a parser has swallowed is refused, with what to do', async () => {
    const swallow: RequestHandler = (req, _res, next) => void req.resume().on('end', next)
    await using world = await createHostWorld(behind(swallow), CLIENT_SETTINGS)
    const { state } = await openInClient(world.browser())
    const { status, body } = await post(world.browser(), { state, inClientCode: 'x' })
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'bad_request' })
    expect(body.message).toContain('put app.use(login.routes) before the body parsers')
  })

  it('the application reads its own bodies', async () => {
    await using world = await createHostWorld(hostApplication)
    const browser = world.browser()
    await browser.logIn()
    const { body } = await browser.send('post', '/private').type('form').send({ 'a[b]': '1' }).expect(200)
    expect(body).toEqual({ body: { a: { b: '1' } } })
  })
})
