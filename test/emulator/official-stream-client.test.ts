import axios from 'axios'
import { DWClient, EventAck } from 'dingtalk-stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { APP, type Emulator, RESEND_AFTER_MS, startEmulator } from '../../src/emulator/emulator.js'

type Message = Parameters<Parameters<DWClient['registerAllEventListener']>[0]>[0]

const GATEWAY = 'https://api.dingtalk.com'

/** DingTalk's own client, which knows one host: its requests go to the emulator instead. */
class OfficialClient implements Disposable {
  readonly messages: Message[] = []
  readonly #client = new DWClient({ clientId: APP.id, clientSecret: APP.secret })
  readonly #redirect: number

  constructor(emulator: Emulator, responses: EventAck[]) {
    this.#redirect = axios.interceptors.request.use((config) => {
      return { ...config, url: config.url?.replace(GATEWAY, emulator.url) ?? '' }
    })
    this.#client.registerAllEventListener((message) => {
      this.messages.push(message)
      return { status: responses.shift() ?? EventAck.SUCCESS }
    })
  }

  get registered(): boolean {
    return this.#client.registered
  }

  connect(): Promise<void> {
    return this.#client.connect()
  }

  [Symbol.dispose](): void {
    this.#client.disconnect()
    axios.interceptors.request.eject(this.#redirect)
  }
}

// It says on the console what it does.
beforeEach(() => void vi.spyOn(console, 'info').mockReturnValue())
afterEach(() => void vi.restoreAllMocks())

describe("DingTalk's own client", () => {
  it('connects, replies to pings, and gets what happens', async () => {
    await using emulator = await startEmulator()
    using client = new OfficialClient(emulator, [])
    await client.connect()
    const pong = emulator.stream.next('pong')
    emulator.stream.ping()
    await pong
    expect(client.registered).toBe(true)
    const acknowledged = emulator.stream.next('acknowledged')
    emulator.changePerson('zhangsan', { membership: 'left' })
    await acknowledged
    expect(client.messages).toMatchObject([{ type: 'EVENT', headers: { eventType: 'user_leave_org', topic: '*' } }])
    expect(JSON.parse(client.messages[0]?.data ?? '')).toMatchObject({ userId: [emulator.person('zhangsan').userId] })
    expect(emulator.stream.events()).toMatchObject([{ state: 'acknowledged', sendings: 1 }])
  })

  it('gets an event again that it asked for later', async () => {
    await using emulator = await startEmulator()
    using client = new OfficialClient(emulator, [EventAck.LATER])
    await client.connect()
    const postponed = emulator.stream.next('postponed')
    emulator.stream.publish('user_add_org', {})
    await postponed
    const acknowledged = emulator.stream.next('acknowledged')
    emulator.moveClock(RESEND_AFTER_MS)
    await acknowledged
    const [first, second] = client.messages
    expect(second?.headers.eventId).toBe(first?.headers.eventId)
    expect(client.messages).toHaveLength(2)
  })

  it('connects again after a cut', async () => {
    await using emulator = await startEmulator()
    using client = new OfficialClient(emulator, [])
    await client.connect()
    const opened = emulator.stream.next('opened')
    emulator.stream.drop()
    await opened
    const acknowledged = emulator.stream.next('acknowledged')
    emulator.stream.publish('user_add_org', {})
    await acknowledged
    expect(client.messages).toHaveLength(1)
    expect(emulator.journal().map(({ call }) => call)).toEqual(['connections/open', 'connections/open'])
  })
})
