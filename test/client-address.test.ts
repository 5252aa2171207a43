import { describe, expect, it } from 'vitest'
import { createWorld, type World } from './support/world.js'

/** The address of the last login that began, as the log has it. */
async function addressOf(world: World, forwardedFor: string): Promise<unknown> {
  await world.browser().get('/ding_url').set('X-Forwarded-For', forwardedFor).expect(302)
  return world.log.findLast(({ event }) => event === 'login_begun')?.ip
}

describe('the address of a client behind a proxy', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:5678', '203.0.113.7'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['198.51.100.1:1, 203.0.113.7:5678', '203.0.113.7'],
  ])('is read from X-Forwarded-For: %s', async (forwardedFor, address) => {
    await using world = await createWorld({ TRUST_PROXY: '1' })
    expect(await addressOf(world, forwardedFor)).toBe(address)
    expect(world.log.filter(({ level }) => Number(level) >= 40)).toEqual([])
  })

  it('is found behind a trusted proxy that writes ports as well', async () => {
    await using world = await createWorld({ TRUST_PROXY: '127.0.0.0/8, 10.0.0.0/8' })
    expect(await addressOf(world, '203.0.113.7:5678, 10.0.0.9:443')).toBe('203.0.113.7')
  })

  it.each(['unknown', '_hidden', '203.0.113.7:port', '[2001:db8::1', '999.1.1.1', 'unix:'])(
    'is the proxy’s own where that passes on something else (%s), with one warning',
    async (forwardedFor) => {
      await using world = await createWorld({ TRUST_PROXY: '1' })
      expect(await addressOf(world, forwardedFor)).toBe('127.0.0.1')
      await addressOf(world, forwardedFor)
      expect(world.log.filter(({ level }) => Number(level) >= 40)).toHaveLength(1)
    },
  )

  it('is what counts for the rate limit, each with its own', async () => {
    await using world = await createWorld({ TRUST_PROXY: '1', RATE_LIMIT_PER_MINUTE: '1' })
    const through = (address: string) => world.browser().get('/ding_url').set('X-Forwarded-For', address)
    await through('203.0.113.7:1').expect(302)
    await through('203.0.113.7:2').expect(429)
    await through('203.0.113.8:1').expect(302)
  })
})
