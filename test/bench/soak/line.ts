import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { DAY } from '../../../src/time.js'

/** What DingTalk answers those who ask too often, in turn: https://open.dingtalk.com/document/development/error-code */
const THROTTLED = [
  { errcode: 90018, errmsg: 'too many requests' },
  { errcode: 88, sub_code: '90018', sub_msg: 'too many requests', errmsg: 'ding talk error' },
  { errcode: -1, errmsg: 'system busy' },
]

/** The way to a DingTalk, on which it can throttle, refuse connections or not answer at all. */
export class Line implements AsyncDisposable {
  readonly port: number
  #state: 'up' | 'throttled' | 'refused' | 'silent' = 'up'
  #targetPort = 0
  #server: Server | undefined
  #refusals = 0
  readonly #sockets = new Set<Socket>()
  readonly #agent = new Agent({ keepAlive: false })

  private constructor(port: number) {
    this.port = port
  }

  static async open(port: number): Promise<Line> {
    const line = new Line(port)
    await line.#listen()
    return line
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  leadTo(port: number): void {
    this.#targetPort = port
  }

  /** Where it leads. */
  get target(): string {
    return `http://127.0.0.1:${this.#targetPort}`
  }

  throttle(): void {
    this.#state = 'throttled'
  }

  /** Every connection breaks, and none can be made. */
  async refuse(): Promise<void> {
    this.#state = 'refused'
    await this.#close()
  }

  /** Connections can be made, and nothing comes. */
  async silence(): Promise<void> {
    this.#state = 'silent'
    await this.#listen()
  }

  async mend(): Promise<void> {
    const hadSilent = this.#state === 'silent'
    this.#state = 'up'
    if (hadSilent) for (const socket of this.#sockets) socket.destroy()
    await this.#listen()
  }

  async #listen(): Promise<void> {
    if (this.#server) return
    const server = createServer((req, res) => this.#answer(req, res))
    // No connection ends between two calls but by a fault: nobody is to meet one that has just been closed.
    server.keepAliveTimeout = DAY
    server.on('connection', (socket) => this.#keep(socket))
    server.on('upgrade', (req, socket: Socket, head) => this.#upgrade(req, socket, head))
    server.listen(this.port, '127.0.0.1')
    await once(server, 'listening')
    this.#server = server
  }

  #answer(req: IncomingMessage, res: ServerResponse): void {
    if (this.#state === 'silent') return
    if (this.#state === 'throttled') {
      throttled(req, res, this.#refusals++)
      return
    }
    const { method, url: path, headers } = req
    const target = { host: '127.0.0.1', port: this.#targetPort, agent: this.#agent }
    const ask = request({ ...target, method, path, headers }, (answer) => {
      const { connection: _, 'keep-alive': __, ...kept } = answer.headers
      res.writeHead(answer.statusCode ?? 502, kept)
      answer.pipe(res)
    })
    ask.on('error', () => res.destroy())
    req.pipe(ask)
  }

  /** From here on it is bytes. */
  #upgrade(req: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#state === 'silent') return
    const target = connect(this.#targetPort, '127.0.0.1')
    this.#keep(target)
    const lines = Object.entries(req.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value) => `${name}: ${value}`),
    )
    target.write(`${req.method} ${req.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    target.write(head)
    target.pipe(socket)
    socket.pipe(target)
    target.on('close', () => socket.destroy())
    socket.on('close', () => target.destroy())
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
  }

  async #close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    const server = this.#server
    this.#server = undefined
    if (!server) return
    server.close()
    await once(server, 'close')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}

/** The older APIs answer 200 with a code of their own, the newer ones 403. */
function throttled(req: IncomingMessage, res: ServerResponse, turn: number): void {
  req.resume()
  const isNewer = req.url?.startsWith('/v1.0/')
  const code = 'Forbidden.AccessDenied.QpsLimitForApi'
  const answer = isNewer ? { code, message: 'QPS limit', requestid: randomUUID() } : THROTTLED[turn % THROTTLED.length]
  res.writeHead(isNewer ? 403 : 200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer))
}
