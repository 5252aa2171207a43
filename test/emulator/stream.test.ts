import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import {
  type Emulator,
  RESEND_AFTER_MS,
  STREAM_TICKET_LIFETIME_MS,
  startEmulator,
} from '../../src/emulator/emulator.js'
import { ask, control } from '../support/emulator-client.js'
import { connectStream, openGateway, StreamClient, streamAddress } from '../support/stream-client.js'

const frozen = () => startEmulator({ now: () => 1_700_000_000_000 })

/** The status with which an upgrade is refused. */
async function refusal(address: string, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(address, { headers })
  socket.on('error', () => undefined)
  const [, response] = await once(socket, 'unexpected-response')
  return response.statusCode
}

const stateOf = (emulator: Emulator) => emulator.stream.events().map(({ state, sendings }) => `${state} ${sendings}`)

describe('the call that opens a connection', () => {
  it('gives an address on the same port, and a ticket', async () => {
    await using emulator = await startEmulator()
    const response = await openGateway(emulator)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      endpoint: `${emulator.url.replace('http', 'ws')}/connect`,
      ticket: expect.stringMatching(/^[\w-]{36}$/),
    })
  })

  it('responds in XML to whoever does not ask for JSON', async () => {
    await using emulator = await startEmulator()
    const response = await openGateway(emulator, {}, '*/*')
    expect(response.headers.get('Content-Type')).toContain('xml')
    expect(await response.text()).toContain('<endpoint>ws://')
  })

  it.each([
    [{ clientSecret: 'other' }, 401, 'authFailed'],
    [{ clientId: 'other' }, 401, 'authFailed'],
    [{ clientSecret: undefined }, 400, 'AuthenticationFailed.MissingParameter'],
    [{ subscriptions: [] }, 400, 'AuthenticationFailed.MissingParameter'],
  ])('refuses %o', async (change, status, code) => {
    await using emulator = await startEmulator()
    const response = await openGateway(emulator, change)
    expect(response.status).toBe(status)
    const body = await response.json()
    expect(body).toMatchObject({ code })
    expect(body).not.toHaveProperty('ticket')
  })
})

describe('a ticket', () => {
  it('opens one connection', async () => {
    await using emulator = await startEmulator()
    const address = await streamAddress(emulator)
    using client = new StreamClient(address)
    await client.frame('REGISTERED')
    expect(await refusal(address)).toBe(401)
    expect(emulator.stream.connections).toBe(1)
  })

  it('must be known, and fresh', async () => {
    await using emulator = await frozen()
    expect(await refusal(`${emulator.url.replace('http', 'ws')}/connect?ticket=nonsense`)).toBe(401)
    const address = await streamAddress(emulator)
    emulator.moveClock(STREAM_TICKET_LIFETIME_MS)
    expect(await refusal(address)).toBe(401)
  })

  it('is good at its own path and under a name of the emulator alone', async () => {
    await using emulator = await startEmulator()
    const address = await streamAddress(emulator)
    expect(await refusal(address.replace('/connect', '/other'))).toBe(404)
    expect(await refusal(address, { Host: 'elsewhere.example' })).toBe(403)
    using client = new StreamClient(address)
    await client.frame('CONNECTED')
  })
})

describe('an event', () => {
  it('comes in a frame with its facts, and is acknowledged', async () => {
    await using emulator = await frozen()
    using client = await connectStream(emulator)
    const acknowledged = emulator.stream.next('acknowledged')
    await control(emulator, 'POST', 'events', { eventType: 'user_add_org', data: { userId: '1' } })
    const frame = await client.frame('user_add_org')
    const [event] = emulator.stream.events()
    expect(frame).toMatchObject({
      type: 'EVENT',
      headers: { topic: '*', eventId: event?.eventId, eventBornTime: '1700000000000', contentType: 'application/json' },
      data: '{"userId":"1"}',
    })
    client.acknowledge(frame)
    await acknowledged
    emulator.moveClock(RESEND_AFTER_MS)
    expect((await ask(`${emulator.url}/_emulator/events`)).body).toMatchObject([{ state: 'acknowledged', sendings: 1 }])
  })

  it.each([
    ['is not answered', undefined],
    ['is to come later', { data: '{"status":"LATER"}', code: 200 }],
    ['is answered with an error', { data: '{"status":"SUCCESS"}', code: 500 }],
    ['is answered with nonsense', { data: 'SUCCESS', code: 200 }],
  ])('comes again after a minute when it %s', async (_title, reply) => {
    await using emulator = await frozen()
    using client = await connectStream(emulator)
    const pong = emulator.stream.next('pong')
    emulator.stream.publish('user_add_org', {})
    const first = await client.frame('user_add_org')
    if (reply) client.reply(first, reply.data, reply.code)
    // Whatever was replied before a ping's reply has been read with that.
    emulator.stream.ping()
    const ping = await client.frame('ping')
    client.reply(ping, ping.data)
    await pong
    emulator.moveClock(RESEND_AFTER_MS - 1)
    expect(emulator.stream.events()).toMatchObject([{ sendings: 1 }])
    emulator.moveClock(1)
    const second = await client.frame('user_add_org', 2)
    expect(second.headers.eventId).toBe(first.headers.eventId)
    expect(second.headers.messageId).not.toBe(first.headers.messageId)
  })

  it('goes to one of several connections, in turn', async () => {
    await using emulator = await startEmulator()
    using one = await connectStream(emulator)
    using other = await connectStream(emulator)
    emulator.stream.publish('first', {})
    emulator.stream.publish('second', {})
    await Promise.all([one.frame('first'), other.frame('second')])
    expect([one.of('second'), other.of('first')]).toEqual([[], []])
  })

  it('goes only where it is subscribed to', async () => {
    await using emulator = await startEmulator()
    using _client = await connectStream(emulator, 'user_leave_org')
    emulator.stream.publish('user_add_org', {})
    emulator.stream.publish('user_leave_org', {})
    expect(stateOf(emulator)).toEqual(['missed 0', 'sent 1'])
  })

  it('is missed by who has just been cut off', async () => {
    await using emulator = await startEmulator()
    using _client = await connectStream(emulator)
    emulator.stream.drop()
    emulator.stream.publish('late', {})
    expect(stateOf(emulator)).toEqual(['missed 0'])
  })

  it('is missed by who is not connected', async () => {
    await using emulator = await startEmulator()
    emulator.stream.publish('early', {})
    using client = await connectStream(emulator)
    emulator.stream.publish('late', {})
    await client.frame('late')
    expect(client.of('early')).toEqual([])
  })

  it('comes on the next connection when the first is cut before the reply', async () => {
    await using emulator = await frozen()
    using first = await connectStream(emulator)
    emulator.stream.publish('user_add_org', {})
    await first.frame('user_add_org')
    await control(emulator, 'POST', 'connections/drop')
    await first.closed()
    emulator.moveClock(RESEND_AFTER_MS)
    using second = await connectStream(emulator)
    await second.frame('user_add_org')
  })

  it('can be lost, or come twice', async () => {
    await using emulator = await startEmulator()
    using client = await connectStream(emulator)
    expect((await control(emulator, 'POST', 'events/faults', { fault: 'lose' })).status).toBe(201)
    await control(emulator, 'POST', 'events/faults', { fault: 'repeat' })
    for (const type of ['first', 'second', 'third']) emulator.stream.publish(type, {})
    await client.frame('third')
    expect([client.of('first').length, client.of('second').length, client.of('third').length]).toEqual([0, 2, 1])
    const [one, two] = client.of('second')
    expect(one?.headers.eventId).toBe(two?.headers.eventId)
    expect(stateOf(emulator)).toEqual(['lost 0', 'sent 2', 'sent 1'])
    expect(() => emulator.stream.order('lose', 0)).toThrow(RangeError)
    expect((await control(emulator, 'POST', 'events/faults', { fault: 'x' })).status).toBe(400)
  })
})

describe('the acknowledgement of an event', () => {
  it('stands, whatever the reply to its repetition', async () => {
    await using emulator = await frozen()
    using client = await connectStream(emulator)
    emulator.stream.order('repeat')
    emulator.stream.publish('twice', {})
    const acknowledged = emulator.stream.next('acknowledged')
    const second = await client.frame('twice', 2)
    client.acknowledge(await client.frame('twice'))
    client.acknowledge(second, 'LATER')
    await acknowledged
    const afterwards = emulator.stream.next('acknowledged')
    emulator.stream.publish('after', {})
    client.acknowledge(await client.frame('after'))
    await afterwards
    emulator.moveClock(RESEND_AFTER_MS)
    expect(stateOf(emulator)).toEqual(['acknowledged 2', 'acknowledged 1'])
  })

  it('is waited for ten times', async () => {
    await using emulator = await frozen()
    using _client = await connectStream(emulator)
    emulator.stream.publish('unheard', {})
    for (let i = 0; i < 12; i++) emulator.moveClock(RESEND_AFTER_MS)
    expect(stateOf(emulator)).toEqual(['sent 10'])
  })
})

describe('a connection', () => {
  it('ends with a message that is too large, and outlives one that means nothing', async () => {
    await using emulator = await startEmulator()
    using client = await connectStream(emulator)
    client.send('nonsense')
    emulator.stream.publish('after', {})
    const acknowledged = emulator.stream.next('acknowledged')
    client.acknowledge(await client.frame('after'))
    await acknowledged
    client.send('x'.repeat(1_000_001))
    await client.closed()
    using other = await connectStream(emulator)
    expect(other.frames).not.toEqual([])
  })

  it('is pinged, and must return what came', async () => {
    await using emulator = await startEmulator()
    using client = await connectStream(emulator)
    let pongs = 0
    const count = emulator.stream.next('pong').then(() => pongs++)
    await control(emulator, 'POST', 'connections/ping')
    const ping = await client.frame('ping')
    client.reply(ping, 'other')
    await control(emulator, 'POST', 'events', { eventType: 'after', data: {} })
    const acknowledged = emulator.stream.next('acknowledged')
    client.acknowledge(await client.frame('after'))
    await acknowledged
    expect(pongs).toBe(0)
    client.reply(ping, ping.data)
    await count
    expect(pongs).toBe(1)
  })

  it('that is told to leave gets nothing more', async () => {
    await using emulator = await startEmulator()
    using first = await connectStream(emulator)
    await control(emulator, 'POST', 'connections/disconnect')
    expect(await first.frame('disconnect')).toMatchObject({ type: 'SYSTEM' })
    using second = await connectStream(emulator)
    emulator.stream.publish('one', {})
    emulator.stream.publish('two', {})
    await second.frame('two')
    expect([first.of('one'), first.of('two')]).toEqual([[], []])
    expect(second.of('one')).toHaveLength(1)
  })

  it('ends with the emulator, and with a reset', async () => {
    await using emulator = await startEmulator()
    using first = await connectStream(emulator)
    emulator.stream.publish('any', {})
    emulator.reset()
    await first.closed()
    expect(emulator.stream.events()).toEqual([])
    using second = await connectStream(emulator)
    expect((await ask(`${emulator.url}/_emulator/connections`)).body).toEqual({ open: 1 })
    await emulator.close()
    await second.closed()
  })
})
