import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { DingTalkClient } from '../src/adapters/dingtalk/client.js'
import { StreamClient } from '../src/adapters/dingtalk/stream-client.js'
import { APP, startEmulator } from '../src/emulator/emulator.js'
import { DingTalkError } from '../src/errors.js'
import { MINUTE, SECOND } from '../src/time.js'
import { HostileGateway } from './support/hostile-gateway.js'

type Options = ConstructorParameters<typeof StreamClient>[0]

/** The client under test; what it says, in order. */
class Listener implements AsyncDisposable {
  readonly said: string[] = []
  readonly events: { eventType: string; data: unknown }[] = []
  readonly pauses: number[] = []
  readonly failures: unknown[] = []
  readonly stream: StreamClient
  now = 0
  readonly #http: DingTalkClient

  constructor(
    url: string,
    {
      onChange = () => {},
      timeoutMs = 10 * SECOND,
      ...options
    }: Partial<Options> & { onChange?: () => void; timeoutMs?: number } = {},
  ) {
    this.#http = new DingTalkClient({ timeoutMs, now: () => this.now })
    const say = (line: string) => {
      this.said.push(line)
      onChange()
    }
    this.stream = new StreamClient({
      client: this.#http,
      apiUrl: url,
      clientId: APP.id,
      clientSecret: APP.secret,
      onUp: (lastHeardAt) => say(`up ${lastHeardAt}`),
      onDown: (end) => say(end),
      onFailure: (error) => {
        this.failures.push(error)
        say('failed')
      },
      onEvent: async (eventType, data) => {
        this.events.push({ eventType, data })
        say(eventType)
        return true
      },
      now: () => this.now,
      random: () => 0,
      wait: async (ms, signal) => {
        this.pauses.push(ms)
        this.now += ms
        await new Promise((resolve) => setImmediate(resolve))
        signal.throwIfAborted()
      },
      ...options,
    })
    this.stream.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stream.stop(100)
    this.#http.close()
  }
}

const frame = (type: string, headers: object, data: unknown = '{}') =>
  JSON.stringify({ specVersion: '1.0', type, headers: { messageId: 'm', ...headers }, data })
const ping = frame('SYSTEM', { topic: 'ping', messageId: 'the-ping' }, '{"opaque":"x"}')

/** Sends these, and a ping whose reply shows that all of it has been read. */
const sending =
  (...messages: (string | Buffer)[]) =>
  (socket: WebSocket) => {
    for (const message of [...messages, ping]) socket.send(message)
  }

const quiet = () => {}

describe('frames that are', () => {
  it.each([
    ['no JSON', ['', '{', 'null', '[]', '"x"', '7', '\u0000']],
    ['bytes', [Buffer.from([0xff, 0xfe, 0])]],
    ['of wrong types', [JSON.stringify({ type: 7, headers: [], data: 1 }), JSON.stringify({ type: 'EVENT' })]],
    ['without a header', [JSON.stringify({ type: 'SYSTEM', data: '{}' }), frame('SYSTEM', { topic: {} })]],
    ['of topics that nobody knows', [frame('SYSTEM', { topic: 'NEWS' }), frame('CALLBACK', { topic: '/v1.0/x' })]],
    ['of a deep prototype', ['{"type":"SYSTEM","headers":{"__proto__":{"topic":"disconnect"},"messageId":"m"}}']],
  ])('%s do no harm', async (_are, messages) => {
    await using gateway = await HostileGateway.start(sending(...messages))
    await using listener = new Listener(gateway.url)
    await gateway.until(() => gateway.received.length > 0)
    expect(gateway.received).toHaveLength(1)
    expect(JSON.parse(gateway.received[0] ?? '')).toMatchObject({
      code: 200,
      headers: { topic: 'ping', messageId: 'the-ping' },
      data: '{"opaque":"x"}',
    })
    expect(listener.said).toEqual(['up undefined'])
    expect(gateway.opened).toBe(1)
  })

  it('too large end the connection, and another one is opened', async () => {
    await using gateway = await HostileGateway.start(sending('x'.repeat(1024 * 1024 + 1)), quiet)
    await using listener = new Listener(gateway.url)
    await gateway.until(() => gateway.opened === 2)
    expect(listener.said).toContain('it was closed')
    expect(gateway.received).toEqual([])
  })
})

describe('an event', () => {
  it('comes with its payload, which may be an object, and its numbers as texts', async () => {
    const event = frame('EVENT', { topic: '*', eventType: 'user_leave_org', messageId: 7 }, { userId: ['1'] })
    await using gateway = await HostileGateway.start(sending(event))
    await using listener = new Listener(gateway.url)
    await gateway.until(() => gateway.received.length > 1)
    expect(listener.events).toEqual([{ eventType: 'user_leave_org', data: { userId: ['1'] } }])
    expect(gateway.received.map((reply) => JSON.parse(reply))).toContainEqual({
      code: 200,
      headers: { contentType: 'application/json', messageId: '7' },
      message: 'OK',
      data: '{"status":"SUCCESS"}',
    })
  })

  it('is asked for again where it could not be done', async () => {
    const event = frame('EVENT', { topic: '*', eventType: 'user_leave_org' })
    await using gateway = await HostileGateway.start(sending(event))
    await using _listener = new Listener(gateway.url, { onEvent: async () => false })
    await gateway.until(() => gateway.received.length > 1)
    expect(gateway.received.join()).toContain('LATER')
  })

  it('that is in hand is answered on its connection although another one is asked for', async () => {
    const event = frame('EVENT', { topic: '*', eventType: 'slow' })
    await using gateway = await HostileGateway.start(sending(event, frame('SYSTEM', { topic: 'disconnect' })), quiet)
    let finish: (isDone: boolean) => void = quiet
    await using listener = new Listener(gateway.url, {
      onChange: () => gateway.tell(),
      onEvent: () => new Promise((resolve) => (finish = resolve)),
    })
    await gateway.until(() => listener.said.filter((line) => line.startsWith('up')).length === 2)
    finish(true)
    await gateway.until(() => gateway.received.length > 1)
    expect(gateway.received.join()).toContain('SUCCESS')
  })
})

describe('a connection', () => {
  it.each<[string, (res: ServerResponse) => void, string]>([
    ['no answer', quiet, 'dingtalk_timeout'],
    ['a page', (res) => void res.end('<?xml version="1.0"?><a/>'), 'dingtalk_unavailable'],
    ['something else', (res) => void res.end('{"endpoint":"ws://127.0.0.1/","ticket":7}'), 'dingtalk_unreadable'],
    ['no address', (res) => void res.end('{"endpoint":"x","ticket":"t"}'), 'dingtalk_unreadable'],
    [
      'a refusal',
      (res) => void res.writeHead(401).end('{"code":"authFailed","message":"the-secret"}'),
      'dingtalk_misconfigured',
    ],
  ])('for which there is %s instead of a ticket is tried for again, later each time', async (_is, give, code) => {
    await using gateway = await HostileGateway.start()
    gateway.giveTicket = give
    const timeoutMs = code === 'dingtalk_timeout' ? 50 : 10 * SECOND
    await using listener = new Listener(gateway.url, { onChange: () => gateway.tell(), timeoutMs })
    await gateway.until(() => listener.failures.length > 8)
    const codes = listener.failures.map((error) => (error instanceof DingTalkError ? error.code : error))
    expect(codes.slice(0, 9)).toEqual(Array(9).fill(code))
    expect(listener.pauses.slice(0, 8)).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30].map((seconds) => seconds * SECOND))
    expect(JSON.stringify(listener.failures)).not.toContain('secret')
  })

  it.each<[string, (gateway: HostileGateway) => void]>([
    [
      'refuses its ticket',
      (gateway) => {
        gateway.upgrade = (socket) => !socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
      },
    ],
    [
      'redirects it',
      (gateway) => {
        const answer = `HTTP/1.1 302 Found\r\nLocation: ${gateway.url}\r\nConnection: close\r\n\r\n`
        gateway.upgrade = (socket) => !socket.end(answer)
      },
    ],
    [
      'lets it wait for ever',
      (gateway) => {
        gateway.upgrade = () => false
      },
    ],
  ])('that %s is tried for again with another ticket', async (_does, arrange) => {
    await using gateway = await HostileGateway.start()
    arrange(gateway)
    await using listener = new Listener(gateway.url, { silenceMs: 50 })
    await gateway.until(() => gateway.tickets > 2)
    expect(listener.said).toEqual(['failed', 'failed'])
    expect(String(listener.failures[0])).not.toContain('the-ticket')
  })

  it('goes to no address without TLS where DingTalk itself has it', async () => {
    await using gateway = await HostileGateway.start()
    gateway.giveTicket = gateway.ticketFor('wss://127.0.0.1:1/connect')
    await using listener = new Listener(gateway.url, { onChange: () => gateway.tell() })
    await gateway.until(() => listener.failures.length > 0)
    expect(listener.failures[0]).toMatchObject({ code: 'dingtalk_unreadable' })
    expect(gateway.opened).toBe(0)
  })

  it('that closes at once is no success: the next ones come later and later', async () => {
    await using gateway = await HostileGateway.start((socket) => socket.close())
    await using listener = new Listener(gateway.url)
    await gateway.until(() => gateway.opened > 4)
    expect(listener.pauses.slice(0, 4)).toEqual([500, 1000, 2000, 4000])
  })

  it('that asks for another one each time is not answered faster', async () => {
    await using gateway = await HostileGateway.start(sending(frame('SYSTEM', { topic: 'disconnect' })))
    await using listener = new Listener(gateway.url)
    await gateway.until(() => gateway.opened > 4)
    expect(listener.pauses.slice(0, 4)).toEqual([500, 1000, 2000, 4000])
  })

  it('that has lasted is replaced at once when that is asked for, and closed behind the next one', async () => {
    const sockets: WebSocket[] = []
    await using gateway = await HostileGateway.start((socket) => sockets.push(socket))
    await using listener = new Listener(gateway.url)
    await gateway.until(() => gateway.opened === 1)
    const closed = new Promise<number>((resolve) => sockets[0]?.once('close', () => resolve(gateway.opened)))
    listener.now += MINUTE
    sockets[0]?.send(frame('SYSTEM', { topic: 'disconnect' }))
    expect(await closed).toBe(2)
    expect(listener.pauses).toEqual([])
    expect(listener.said).toEqual(['up undefined', 'DingTalk asked for another one', `up ${MINUTE}`])
  })

  it('on which nothing comes is dead; any frame keeps it alive', async () => {
    await using gateway = await HostileGateway.start(quiet)
    await using listener = new Listener(gateway.url, { silenceMs: 50 })
    await gateway.until(() => gateway.opened > 1)
    expect(listener.said.slice(0, 2)).toEqual(['up undefined', 'nothing came for too long'])
  })

  it('whose end reads nothing fills no memory', async () => {
    const flood = frame('SYSTEM', { topic: 'ping' }, 'x'.repeat(512 * 1024))
    await using gateway = await HostileGateway.start((socket) => {
      socket.pause()
      for (let n = 0; n < 64; n++) socket.send(flood)
    }, quiet)
    await using listener = new Listener(gateway.url)
    await gateway.until(() => gateway.opened === 2)
    expect(listener.said.slice(0, 2)).toEqual(['up undefined', 'it was closed'])
  })
})

describe('with the emulator', () => {
  it('it connects, replies to pings, and acknowledges', async () => {
    await using emulator = await startEmulator()
    const opened = emulator.stream.next('opened')
    await using listener = new Listener(emulator.url)
    await opened
    const pong = emulator.stream.next('pong')
    emulator.stream.ping()
    await pong
    const acknowledged = emulator.stream.next('acknowledged')
    emulator.stream.publish('user_add_org', { userId: ['1'] })
    await acknowledged
    expect(listener.events).toEqual([{ eventType: 'user_add_org', data: { userId: ['1'] } }])
  })

  it('it leaves nothing behind when it stops, and opens nothing more', async () => {
    await using emulator = await startEmulator()
    const opened = emulator.stream.next('opened')
    const listener = new Listener(emulator.url)
    await opened
    const closed = emulator.stream.next('closed')
    await listener[Symbol.asyncDispose]()
    await closed
    expect(emulator.stream.connections).toBe(0)
    expect(emulator.journal().filter(({ call }) => call === 'connections/open')).toHaveLength(1)
  })

  it('it stops while it is being let in, too', async () => {
    await using gateway = await HostileGateway.start()
    gateway.upgrade = () => {
      gateway.tell()
      return false
    }
    const listener = new Listener(gateway.url)
    await gateway.until(() => gateway.tickets === 1)
    const begun = performance.now()
    await listener[Symbol.asyncDispose]()
    expect(performance.now() - begun).toBeLessThan(5 * SECOND)
    expect(listener.said).toEqual([])
  })
})
