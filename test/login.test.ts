import { describe, expect, it } from 'vitest'
import { createWorld, FRONTEND_URL } from './support/world.js'

describe.each(['qrconnect', 'oauth2'])('a login through %s', (DINGTALK_FLOW) => {
  it('leads from the first click to the front end, with the username', async () => {
    await using world = await createWorld({ DINGTALK_FLOW })
    const browser = world.browser()
    const landed = await browser.logIn('zhangsan')

    expect(landed.headers.location).toBe(`${FRONTEND_URL}?username=${encodeURIComponent('张三')}`)
    const { body } = await browser.get('/me').expect(200)
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: '张三',
      handle: expect.stringMatching(/^zhangsan-[0-9a-f]{4}$/),
      nick: '张三',
      unionId: world.dingtalk.person('zhangsan').unionId,
      avatarUrl: DINGTALK_FLOW === 'oauth2' ? expect.stringContaining('/avatar/') : null,
      lastLoginAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })
})
