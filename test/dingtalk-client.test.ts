import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { AppToken } from '../src/adapters/dingtalk/app-token.js'
import { DingTalkClient } from '../src/adapters/dingtalk/client.js'
import { DingTalkDirectory } from '../src/adapters/dingtalk/directory.js'
import { DirectoryCalls } from '../src/adapters/dingtalk/directory-calls.js'
import { Oauth2Flow } from '../src/adapters/dingtalk/oauth2.js'
import { QrconnectFlow } from '../src/adapters/dingtalk/qrconnect.js'
import { DingTalkError } from '../src/errors.js'

const SECRET = 'the-secret-of-the-app'
const CODE = 'the-code-from-the-scan'
const TOKEN = 'the-token-of-the-person'
const APP_TOKEN = 'the-token-of-the-app'

const goodAnswers: Record<string, unknown> = {
  '/sns/getuserinfo_bycode': { errcode: 0, user_info: { nick: '张三', unionid: 'union-1' } },
  '/v1.0/oauth2/userAccessToken': { accessToken: TOKEN, expireIn: 7200 },
  '/v1.0/contact/users/me': { nick: '张三', unionId: 'union-1' },
  '/gettoken': { errcode: 0, access_token: APP_TOKEN, expires_in: 7200 },
  '/topapi/user/getbyunionid': { errcode: 0, result: { contact_type: 0, userid: 'employee-1' } },
}

/** A bare DingTalk that can misbehave below HTTP, with the real adapters in front of it. */
class StandIn implements AsyncDisposable {
  readonly #server: Server
  readonly client: DingTalkClient
  readonly requests: string[] = []
  connections = 0

  private constructor(server: Server, timeoutMs: number) {
    this.#server = server
    this.client = new DingTalkClient({ timeoutMs })
    server.on('connection', () => this.connections++)
  }

  static async start(answer: RequestListener = answerWell, timeoutMs = 10_000): Promise<StandIn> {
    const server = createServer()
    const standIn = new StandIn(server, timeoutMs)
    server.on('request', (req, res) => {
      standIn.requests.push(pathOf(req))
      answer(req, res)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return standIn
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get qrconnect(): QrconnectFlow {
    return new QrconnectFlow({
      client: this.client,
      appId: 'app',
      appSecret: SECRET,
      oapiUrl: this.url,
      loginUrl: this.url,
    })
  }

  get oauth2(): Oauth2Flow {
    const { client, url } = this
    return new Oauth2Flow({ client, appId: 'app', appSecret: SECRET, loginUrl: url, apiUrl: url })
  }

  get directory(): DingTalkDirectory {
    const { client, url: oapiUrl } = this
    const token = new AppToken({ client, oapiUrl, appKey: 'app', appSecret: SECRET })
    return new DingTalkDirectory({ calls: new DirectoryCalls({ client, oapiUrl, token }) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close()
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

function pathOf(req: IncomingMessage): string {
  return new URL(req.url ?? '/', 'http://stand-in').pathname
}

/** Reads the request to its end, so that it is the answer alone that goes wrong. */
function whenRead(answer: RequestListener): RequestListener {
  return (req, res) => {
    req.resume().on('end', () => answer(req, res))
  }
}

const answerWell = whenRead((req, res) => sendJson(res, goodAnswers[pathOf(req)]))

function sendJson(res: ServerResponse, body: unknown): void {
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify(body))
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, not ${inspect(value)}`)
    },
    (error: unknown) => error,
  )
}

describe('connections to DingTalk', () => {
  it('are kept: two logins use one', async () => {
    await using dingtalk = await StandIn.start()
    await dingtalk.qrconnect.profileFor('code-1')
    await dingtalk.qrconnect.profileFor('code-2')
    expect(dingtalk.requests).toHaveLength(2)
    expect(dingtalk.connections).toBe(1)
  })

  it('serve both calls of the oauth2 flow and those of the directory', async () => {
    await using dingtalk = await StandIn.start()
    await dingtalk.oauth2.profileFor(CODE)
    await dingtalk.directory.standingOf('union-1')
    expect(dingtalk.requests).toHaveLength(4)
    expect(dingtalk.connections).toBe(1)
  })

  it('are kept after an answer that was an error', async () => {
    await using dingtalk = await StandIn.start(whenRead((_, res) => sendJson(res, { errcode: 40078 })))
    await rejectionOf(dingtalk.qrconnect.profileFor('code-1'))
    await rejectionOf(dingtalk.qrconnect.profileFor('code-2'))
    expect(dingtalk.requests).toHaveLength(2)
    expect(dingtalk.connections).toBe(1)
  })

  it('are made anew where DingTalk ends each with its answer', async () => {
    const answerAndEnd: RequestListener = (req, res) => answerWell(req, res.setHeader('Connection', 'close'))
    await using dingtalk = await StandIn.start(answerAndEnd)
    await dingtalk.qrconnect.profileFor('code-1')
    await dingtalk.qrconnect.profileFor('code-2')
    expect(dingtalk.requests).toHaveLength(2)
    expect(dingtalk.connections).toBe(2)
  })

  it('are made anew after DingTalk has ended one that was idle', async () => {
    const sockets: Socket[] = []
    await using dingtalk = await StandIn.start((req, res) => {
      sockets.push(req.socket)
      answerWell(req, res)
    })
    await dingtalk.qrconnect.profileFor('code-1')
    // It is closed once the client has ended its side, too.
    const closed = once(sockets[0] as Socket, 'close')
    sockets[0]?.end()
    await closed
    await dingtalk.qrconnect.profileFor('code-2')
    expect(dingtalk.requests).toHaveLength(2)
    expect(dingtalk.connections).toBe(2)
  })

  it('are as many as the calls under way', async () => {
    await using dingtalk = await StandIn.start()
    for (let round = 0; round < 2; round++)
      await Promise.all(['code-1', 'code-2', 'code-3'].map((code) => dingtalk.qrconnect.profileFor(code)))
    expect(dingtalk.requests).toHaveLength(6)
    expect(dingtalk.connections).toBe(3)
  })

  it('go straight there, whatever proxy the environment names', async () => {
    for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy']) vi.stubEnv(name, 'http://127.0.0.1:9')
    await using dingtalk = await StandIn.start()
    await dingtalk.qrconnect.profileFor(CODE)
    expect(dingtalk.requests).toHaveLength(1)
    vi.unstubAllEnvs()
  })

  it('send no request again when they are cut under it', async () => {
    let answered = 0
    await using dingtalk = await StandIn.start(
      whenRead((req, res) => {
        if (answered++ === 0) sendJson(res, goodAnswers[pathOf(req)])
        else req.socket.destroy()
      }),
    )
    await dingtalk.qrconnect.profileFor('code-1')
    const error = await rejectionOf(dingtalk.qrconnect.profileFor('code-2'))
    expect(error).toMatchObject({ code: 'dingtalk_unavailable', failure: { upstreamCode: 'ECONNRESET' } })
    expect(dingtalk.connections).toBe(1)
    expect(dingtalk.requests).toHaveLength(2)
  })
})

describe('a host whose name cannot be looked up', () => {
  const oapi = (url: string) => (client: DingTalkClient) => {
    const token = new AppToken({ client, oapiUrl: url, appKey: 'app', appSecret: SECRET })
    return new DingTalkDirectory({ calls: new DirectoryCalls({ client, oapiUrl: url, token }) }).standingOf('union-1')
  }
  const api = (url: string) => (client: DingTalkClient) =>
    new Oauth2Flow({ client, appId: 'app', appSecret: SECRET, loginUrl: url, apiUrl: url }).profileFor(CODE)

  it.each([
    ['ENOTFOUND', 'oapi', oapi, /^DINGTALK_OAPI_URL: .*DNS/],
    ['ENOTFOUND', 'api', api, /^DINGTALK_API_URL: .*DNS/],
    ['EAI_AGAIN', 'oapi', oapi, /^the name server /],
    ['EAI_AGAIN', 'api', api, /^the name server /],
  ])('(%s, %s) is unavailable, and the log names what to look at', async (code, _host, ask, setting) => {
    const lookup = vi
      .spyOn(dns, 'lookup')
      .mockImplementation(((_name: string, _options: object, done: (error: Error) => void) =>
        done(Object.assign(new Error(code), { code }))) as typeof dns.lookup)
    onTestFinished(() => lookup.mockRestore())
    const client = new DingTalkClient({ timeoutMs: 10_000 })
    onTestFinished(() => client.close())
    const error = await rejectionOf(ask('http://no-such-host.invalid')(client))
    expect(lookup).toHaveBeenCalledOnce()
    expect(error).toMatchObject({
      code: 'dingtalk_unavailable',
      failure: { upstreamCode: code, setting: expect.stringMatching(setting) },
    })
  })
})

describe('the deadline of a call', () => {
  it('is one for the whole answer: one that dribbles in is a timeout too', async () => {
    const timers = new Set<NodeJS.Timeout>()
    const dribble = whenRead((_, res) => {
      res.write('{"errcode":0')
      const timer = setInterval(() => res.write(' '), 20)
      timers.add(timer)
      res.on('close', () => clearInterval(timer))
    })
    await using dingtalk = await StandIn.start(dribble, 300)
    const error = await rejectionOf(dingtalk.qrconnect.profileFor(CODE))
    expect(error).toMatchObject({ code: 'dingtalk_timeout', failure: { upstreamCode: 'no answer within 300 ms' } })
    expect(dingtalk.requests).toHaveLength(1)
    expect(timers.size).toBe(1)
  })

  it('covers a host whose address is looked up for ever', async () => {
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation((() => {}) as unknown as typeof dns.lookup)
    onTestFinished(() => lookup.mockRestore())
    const client = new DingTalkClient({ timeoutMs: 100 })
    onTestFinished(() => client.close())
    const url = 'http://no-such-host.invalid'
    const flow = new Oauth2Flow({ client, appId: 'app', appSecret: SECRET, loginUrl: url, apiUrl: url })
    expect(await rejectionOf(flow.profileFor(CODE))).toMatchObject({ code: 'dingtalk_timeout' })
    expect(lookup).toHaveBeenCalledOnce()
  })

  it('is the only one while a connection is made', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const lookup = vi.spyOn(dns, 'lookup')
    onTestFinished(() => lookup.mockRestore())
    const asked = new Promise<void>((resolve) => {
      lookup.mockImplementation((() => resolve()) as unknown as typeof dns.lookup)
    })
    const client = new DingTalkClient({ timeoutMs: 30_000 })
    onTestFinished(() => client.close())
    const url = 'http://no-such-host.invalid'
    const flow = new Oauth2Flow({ client, appId: 'app', appSecret: SECRET, loginUrl: url, apiUrl: url })
    const failed = rejectionOf(flow.profileFor(CODE))
    await asked
    for (let second = 0; second <= 30; second++) {
      await vi.advanceTimersByTimeAsync(1000)
      await new Promise(setImmediate)
    }
    expect(await failed).toMatchObject({ code: 'dingtalk_timeout' })
  })

  it('leaves nothing behind: the next call has a connection of its own', async () => {
    let answered = 0
    await using dingtalk = await StandIn.start(
      whenRead((req, res) => {
        if (answered++ > 0) sendJson(res, goodAnswers[pathOf(req)])
      }),
      300,
    )
    expect(await rejectionOf(dingtalk.qrconnect.profileFor('code-1'))).toMatchObject({ code: 'dingtalk_timeout' })
    await dingtalk.qrconnect.profileFor('code-2')
    expect(dingtalk.connections).toBe(2)
  })

  it('covers headers that never end', async () => {
    const mute = whenRead((req) => {
      req.socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Slow: ')
    })
    await using dingtalk = await StandIn.start(mute, 300)
    const error = await rejectionOf(dingtalk.qrconnect.profileFor(CODE))
    expect(error).toMatchObject({ code: 'dingtalk_timeout' })
    expect(dingtalk.requests).toHaveLength(1)
  })
})

describe('an answer that is not sound HTTP', () => {
  it('is unreadable', async () => {
    await using dingtalk = await StandIn.start(whenRead((req) => req.socket.end('this is not HTTP\r\n\r\n')))
    const error = await rejectionOf(dingtalk.qrconnect.profileFor(CODE))
    expect(error).toMatchObject({ code: 'dingtalk_unreadable' })
    expect(dingtalk.requests).toHaveLength(1)
  })

  it('is unreadable when its compression is broken', async () => {
    const garbled = whenRead((_, res) => res.setHeader('Content-Encoding', 'gzip').end('not gzip at all'))
    await using dingtalk = await StandIn.start(garbled)
    const error = await rejectionOf(dingtalk.qrconnect.profileFor(CODE))
    expect(error).toMatchObject({ code: 'dingtalk_unreadable' })
    expect(dingtalk.requests).toHaveLength(1)
  })

  it('is unavailable when the connection ends in the middle of it', async () => {
    const half = whenRead((req, res) => {
      res.setHeader('Content-Length', '1000')
      res.write('{"errcode":0', () => req.socket.destroy())
    })
    await using dingtalk = await StandIn.start(half)
    const error = await rejectionOf(dingtalk.qrconnect.profileFor(CODE))
    expect(error).toMatchObject({ code: 'dingtalk_unavailable' })
    expect(dingtalk.requests).toHaveLength(1)
  })

  it('is read up to 1 MB even when its end never comes', async () => {
    const endless = whenRead((_, res) => {
      const pour = () => {
        while (!res.destroyed && res.write('x'.repeat(65_536)));
      }
      res.on('drain', pour)
      pour()
    })
    await using dingtalk = await StandIn.start(endless)
    const error = await rejectionOf(dingtalk.qrconnect.profileFor(CODE))
    expect(error).toMatchObject({ code: 'dingtalk_unreadable', failure: { upstreamCode: 'answer over 1 MB' } })
  })
})

const failures: Record<string, RequestListener> = {
  'cuts the connection': whenRead((req) => req.socket.destroy()),
  'says nothing': () => {},
  'answers a page': whenRead((_, res) => res.end(`<html>${SECRET}</html>`)),
  'answers no HTTP': whenRead((req) => req.socket.end('nonsense\r\n\r\n')),
  'redirects to an address with everything in it': whenRead((req, res) =>
    res.writeHead(302, { Location: `/elsewhere?${SECRET}&${CODE}&${req.url}` }).end(),
  ),
  'refuses, and quotes the request': whenRead((req, res) =>
    sendJson(res, {
      errcode: 40078,
      code: 'invalidCode',
      errmsg: `${SECRET} ${CODE} ${TOKEN} ${APP_TOKEN} ${req.url}`,
    }),
  ),
  'refuses by HTTP status': whenRead((_, res) => {
    res.statusCode = 400
    sendJson(res, { code: 'invalidClientIdOrSecret', message: `${SECRET} ${CODE}` })
  }),
  'lacks what is needed': whenRead((_, res) => sendJson(res, [`${SECRET} ${CODE}`])),
  'answers half': whenRead((_, res) => res.end(`{"errcode":0,"echo":"${SECRET}`)),
}

/** All that a logger could find in a thrown value. */
function everythingIn(error: unknown): string {
  const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })
  return `${shown} ${JSON.stringify(error)} ${error instanceof Error ? `${error.stack} ${error.message}` : ''}`
}

describe.each(Object.entries(failures))('a DingTalk that %s', (manner, misbehave) => {
  it.concurrent.each([
    ['the qrconnect flow', '/sns/getuserinfo_bycode', (d: StandIn) => d.qrconnect.profileFor(CODE)],
    ['the token of the oauth2 flow', '/v1.0/oauth2/userAccessToken', (d: StandIn) => d.oauth2.profileFor(CODE)],
    ['the person of the oauth2 flow', '/v1.0/contact/users/me', (d: StandIn) => d.oauth2.profileFor(CODE)],
    ["the application's token", '/gettoken', (d: StandIn) => d.directory.standingOf('union-1')],
    ['the directory', '/topapi/user/getbyunionid', (d: StandIn) => d.directory.standingOf('union-1')],
  ])('gives %s an error that holds no secret', async (_name, failing, run) => {
    const answer: RequestListener = (req, res) => (pathOf(req) === failing ? misbehave : answerWell)(req, res)
    await using dingtalk = await StandIn.start(answer, manner === 'says nothing' ? 1000 : 10_000)
    const error = await rejectionOf(run(dingtalk))

    expect(dingtalk.requests.at(-1)).toBe(failing)
    expect(error).toBeInstanceOf(DingTalkError)
    for (const secret of [SECRET, CODE, TOKEN, APP_TOKEN, 'signature=', 'access_token=']) {
      expect(everythingIn(error)).not.toContain(secret)
    }
  })
})
