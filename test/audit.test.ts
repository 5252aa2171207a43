import { describe, expect, it, vi } from 'vitest'
import { Sessions } from '../src/services/sessions.js'
import { HOUR } from '../src/time.js'
import { createWorld, type World } from './support/world.js'

function events(world: World, event?: string) {
  return world.log.filter((line) => (event ? line.event === event : line.event !== undefined))
}

describe('the audit trail', () => {
  it('has one line for each step of a login and for its end', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser
      .get(await browser.scan())
      .set('User-Agent', 'Browser/1.0')
      .expect(302)
    const { body } = await browser.get('/me').expect(200)
    await browser.post('/logout').expect(204)
    expect(events(world).map(({ event }) => event)).toEqual(['login_begun', 'login_succeeded', 'session_ended'])
    expect(events(world, 'login_succeeded')).toEqual([
      expect.objectContaining({
        userId: body.id,
        ip: '127.0.0.1',
        userAgent: 'Browser/1.0',
        requestId: expect.any(String),
      }),
    ])
    expect(events(world, 'session_ended')).toEqual([expect.objectContaining({ userId: body.id, reason: 'logout' })])
  })

  it('says why a login was refused, by our code and by DingTalk’s', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    world.dingtalk.failNext('getuserinfo_bycode', { errcode: 60020 })
    const { body } = await browser.get(await browser.scan()).expect(502)
    expect(events(world, 'login_refused')).toEqual([
      expect.objectContaining({
        code: 'dingtalk_misconfigured',
        upstreamCode: '60020',
        call: 'getuserinfo_bycode',
        setting: expect.stringContaining('IP list'),
        requestId: body.requestId,
      }),
    ])
  })

  it('names the person whose account is disabled', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const { body } = await browser.get('/me')
    await world.sql(`UPDATE "User" SET "disabledAt" = '2026-01-01T00:00:00.000Z'`)
    await browser.get(await browser.scan()).expect(403)
    expect(events(world, 'login_refused')).toEqual([
      expect.objectContaining({ code: 'account_disabled', userId: body.id }),
    ])
  })

  it('tells a session that a new login replaced, and those that their owner or the directory ended', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '1h', SESSION_IDLE_TIMEOUT: '8h' })
    const [desk, phone] = [world.browser(), world.browser()]
    await desk.logIn()
    await desk.logIn()
    await phone.logIn()
    await desk.delete('/sessions').expect(204)
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    world.pass(2 * HOUR)
    await desk.get('/me').expect(401)
    expect(events(world, 'session_ended').map(({ reason }) => reason)).toEqual(['replaced', 'ended_by_owner', 'left'])
  })

  it('tells that a person who has left lost their sessions when they tried to log in again', async () => {
    await using world = await createWorld()
    const [desk, phone] = [world.browser(), world.browser()]
    await desk.logIn()
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    const { body } = await phone.get(await phone.scan()).expect(403)
    expect(body.error).toBe('not_a_member')
    await desk.get('/me').expect(401)
    expect(events(world, 'session_ended')).toEqual([
      expect.objectContaining({ reason: 'left', requestId: body.requestId, userId: expect.any(String) }),
    ])
  })

  it('reports a directory that gives no answer about somebody who is signed in', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '1h' })
    const browser = world.browser()
    await browser.logIn()
    world.pass(2 * HOUR)
    world.dingtalk.moveClock(2 * HOUR)
    world.dingtalk.failNext('getbyunionid', 'html')
    await browser.get('/me').expect(200)
    expect(events(world, 'membership_unconfirmed')).toEqual([expect.objectContaining({ code: 'dingtalk_unavailable' })])
  })

  it('holds no code, state, cookie, token, secret, signature or query, whatever happens', async () => {
    for (const DINGTALK_FLOW of ['qrconnect', 'oauth2']) {
      await using world = await createWorld({ DINGTALK_FLOW, LOG_LEVEL: 'trace' })
      world.dingtalk.changePerson('zhangsan', { mobile: '13800001111' })
      const browser = world.browser()
      const secrets: string[] = ['emulator-secret', world.settings.SESSION_SECRETS ?? '']
      const run = async (expected: number) => {
        const callback = await browser.scan('zhangsan', '/ding_url?redirect=/private-target')
        const { searchParams } = new URL(callback)
        secrets.push(searchParams.get('state') ?? '', searchParams.get('code') ?? '')
        await browser.get(callback).expect(expected)
        for (const value of browser.cookies.values()) secrets.push(value, decodeURIComponent(value))
      }
      await run(302)
      for (const call of ['getuserinfo_bycode', 'userAccessToken', 'users/me', 'getbyunionid'] as const) {
        for (const fault of ['html', 'truncated', 'reset', 'redirect'] as const) {
          const isAsked = call === 'getbyunionid' || (DINGTALK_FLOW === 'qrconnect') === (call === 'getuserinfo_bycode')
          if (!isAsked) continue
          world.dingtalk.failNext(call, fault)
          await run(fault === 'html' || fault === 'reset' ? 503 : 502)
        }
      }
      await browser.get('/callback?code=leaked-code&state=leaked-state')
      await browser.get('/me?token=leaked-token').set('Authorization', 'Bearer leaked-token')
      await browser.get('/leaked-path')
      await browser.post('/logout')

      const log = JSON.stringify(world.log)
      expect(world.log.length).toBeGreaterThan(10)
      for (const secret of [...secrets, 'leaked', 'private-target', 'signature', 'access_token', '13800001111']) {
        if (secret) expect(log).not.toContain(secret)
      }
    }
  })

  it('takes over from DingTalk no code that could be one of ours', async () => {
    await using world = await createWorld({ DINGTALK_FLOW: 'oauth2' })
    const browser = world.browser()
    for (const echo of ['emulator-secret', 'SecretCode', '13800001111', 'x'.repeat(101), 'x'.repeat(5000)]) {
      world.dingtalk.failNext('userAccessToken', { body: { code: echo }, status: 400 })
      const { searchParams } = new URL(await browser.scan())
      await browser.get(`/callback?code=SecretCode&state=${searchParams.get('state')}`).expect(502)
    }
    world.dingtalk.failNext('userAccessToken', { body: { errcode: 88, sub_code: 'SecretCode' } })
    await browser.get(await browser.scan()).expect(502)
    expect(events(world, 'login_refused')).toHaveLength(6)
    const log = JSON.stringify(world.log)
    expect(log).not.toMatch(/SecretCode|emulator-secret|13800001111|xxxx/)
  })

  it('says of a bug where it is, not what its message quotes', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    using _broken = vi.spyOn(Sessions.prototype, 'open').mockImplementation(() => {
      throw Object.assign(new TypeError('cannot read sid-of-somebody\nnor the next line of it'), { code: 'ERR_ODD' })
    })
    await browser.get(callback).expect(500)
    expect(world.log).toContainEqual(
      expect.objectContaining({
        code: 'internal',
        bug: 'TypeError',
        errorCode: 'ERR_ODD',
        stack: expect.stringMatching(/^ {4}at .*(\n {4}at .*)*$/),
      }),
    )
    expect(events(world, 'login_refused')).toHaveLength(1)
    expect(JSON.stringify(world.log)).not.toMatch(/sid-of-somebody|next line of it/)
  })

  it('keeps to one line whatever the client sends', async () => {
    const lines: string[] = []
    const { createLogger } = await import('../src/log.js')
    const logger = createLogger('info', { write: (line) => void lines.push(line) })
    logger.info({ event: 'login_begun', userAgent: 'a\r\nb\u0000c\u2028d\u001b[31m' })
    expect(lines).toHaveLength(1)
    expect(lines[0]?.trimEnd()).not.toMatch(/[\p{Cc}]/u)

    await using world = await createWorld()
    await world
      .browser()
      .get('/ding_url')
      .set('User-Agent', `x\u0085${'y'.repeat(1000)}`)
      .expect(302)
    const [line] = events(world, 'login_begun')
    expect(line?.userAgent).toBe(`x${'y'.repeat(255)}`)
  })
})
