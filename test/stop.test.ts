import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { SECOND } from '../src/time.js'
import { type Command, freePort, runCompiled } from './support/command.js'
import { createWorld, PUBLIC_URL, type World } from './support/world.js'

const HOST = new URL(PUBLIC_URL).host

class Process implements AsyncDisposable {
  readonly port: number
  readonly server: Command

  private constructor(port: number, server: Command) {
    this.port = port
    this.server = server
  }

  static async start(world: World): Promise<Process> {
    const port = await freePort()
    const settings = { ...world.settings, PORT: String(port), RATE_LIMIT_PER_MINUTE: '1000000' }
    const server = runCompiled('start', { env: settings })
    await server.printed(/"listening"/)
    return new Process(port, server)
  }

  get(path: string, agent: Agent | false = false, id = 'request-id'): Promise<{ res: IncomingMessage; body: string }> {
    return new Promise((resolve, reject) => {
      const { port } = this
      const headers = { Host: HOST, 'X-Request-Id': id }
      const sent = request({ host: '127.0.0.1', port, path, headers, agent }, (res) => {
        let body = ''
        res.setEncoding('utf8').on('data', (text) => {
          body += text
        })
        res.once('error', reject).once('end', () => resolve({ res, body }))
      })
      sent.once('error', reject).end()
    })
  }

  async connect(bytes = ''): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    if (bytes) socket.write(bytes)
    return socket
  }

  /** Sends the signal and gives the exit code and how long the end took. */
  async stop(signal: NodeJS.Signals): Promise<{ code: number | string; ms: number }> {
    const begun = performance.now()
    const code = await this.server.stop(signal)
    return { code, ms: performance.now() - begun }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}

describe('SIGTERM', () => {
  it('drops no request under load: it says 503 first, sends clients away, then ends with 0', async () => {
    await using world = await createWorld()
    await using server = await Process.start(world)

    const answered = new Set<string>()
    let sent = 0
    let stopped = false
    const sentAway = new Set<Agent>()
    const client = async (agent: Agent) => {
      while (!stopped) {
        const id = `request-${sent++}`
        const answer = await server.get('/ding_url', agent, id).catch(() => undefined)
        if (!answer) continue
        expect(answer.res.statusCode).toBe(302)
        answered.add(id)
        if (answer.res.headers.connection === 'close') sentAway.add(agent)
      }
    }
    const agents = Array.from({ length: 8 }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
    const clients = agents.map(client)
    while (answered.size < 200) await new Promise(setImmediate)
    expect(sentAway.size).toBe(0)

    const end = server.stop('SIGTERM')
    await server.server.printed(/"stopping"/)
    const ready = await server.get('/readyz')
    const { code, ms } = await end
    stopped = true
    await Promise.all(clients)
    for (const agent of agents) agent.destroy()

    expect({ status: ready.res.statusCode, body: ready.body }).toEqual({ status: 503, body: '{"status":"not ready"}' })
    expect(code).toBe(0)
    expect(ms).toBeGreaterThan(2 * SECOND)
    expect(ms).toBeLessThan(8 * SECOND)
    const accepted = [...server.server.output.matchAll(/"login_begun","requestId":"(request-\d+)"/g)].map(
      ([, id]) => id,
    )
    expect(accepted.length).toBeGreaterThan(200)
    expect(accepted.filter((id) => id === undefined || !answered.has(id))).toEqual([])
    expect(sentAway.size).toBe(agents.length)
  })

  it('may come twice, and SIGINT ends its two seconds', async () => {
    await using world = await createWorld()
    await using server = await Process.start(world)
    server.server.child.kill('SIGTERM')
    await server.server.printed(/"stopping"/)
    server.server.child.kill('SIGTERM')
    expect((await server.get('/healthz')).res.statusCode).toBe(200)
    const { code, ms } = await server.stop('SIGINT')
    expect(code).toBe(0)
    expect(ms).toBeLessThan(1.5 * SECOND)
  })
})

describe('a stop', () => {
  it('is not held up by connections that never sent a byte, or that are idle', async () => {
    await using world = await createWorld()
    await using server = await Process.start(world)
    const silent = await Promise.all([1, 2, 3].map(() => server.connect()))
    const idle = new Agent({ keepAlive: true })
    await server.get('/healthz', idle)
    const { code, ms } = await server.stop('SIGINT')
    expect(code).toBe(0)
    expect(ms).toBeLessThan(3 * SECOND)
    for (const socket of silent) socket.destroy()
    idle.destroy()
  })

  it('waits for who has connected and sends only then', async () => {
    await using world = await createWorld()
    await using server = await Process.start(world)
    const socket = await server.connect()
    const answer = once(socket, 'data')
    // The server has accepted the first connection once it answers on a second one.
    await server.get('/healthz')
    server.server.child.kill('SIGINT')
    await server.server.printed(/"stopping"/)
    socket.write(`GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 200 OK.*\r\nConnection: close\r\n.*"alive"/s)
    expect(await server.server.ended()).toBe(0)
  })

  it('lets an answer be finished that is under way on a kept connection, and ends right after it', async () => {
    await using world = await createWorld()
    await using server = await Process.start(world)
    const agent = new Agent({ keepAlive: true })
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 800 })
    const asked = world.dingtalk.nextCall('getuserinfo_bycode')
    const begun = await server.get('/ding_url', agent)
    const cookie = begun.res.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const agreed = await fetch(`${begun.res.headers.location}&person=zhangsan`, { redirect: 'manual' })
    const callback = agreed.headers.get('location')?.slice(PUBLIC_URL.length) ?? ''
    const headers = { Host: HOST, Cookie: cookie }
    const sent = request({ host: '127.0.0.1', port: server.port, path: callback, headers, agent }).end()
    const answer = once(sent, 'response')
    await asked
    const end = server.stop('SIGINT')
    const [res] = await answer
    expect(res.headers.location).toMatch(/username=/)
    expect(res.headers.connection).toBe('close')
    res.resume()
    const { code, ms } = await end
    expect(code).toBe(0)
    expect(ms).toBeLessThan(3 * SECOND)
  })

  it('gives a request that is half sent until its limit, and ends with 0 all the same', async () => {
    await using world = await createWorld()
    await using server = await Process.start(world)
    const [finished, half] = await Promise.all([1, 2].map(() => server.connect('GET /healthz HTTP/1.1\r\n')))
    await server.get('/healthz')
    const answer = once(finished as Socket, 'data')
    const end = server.stop('SIGTERM')
    await server.server.printed(/"stopping"/)
    while ((await server.get('/healthz').catch(() => undefined)) !== undefined);
    finished?.write(`Host: ${HOST}\r\n\r\n`)
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 200 OK/)
    const { code, ms } = await end
    expect(code).toBe(0)
    expect(ms).toBeLessThan(10 * SECOND)
    half?.destroy()
  })
})
