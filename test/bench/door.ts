import { Pool } from 'undici'
import type { Answer, Cookies } from './answers.js'

/** What browsers send besides. */
const BROWSER_HEADERS = {
  'user-agent':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'zh-CN,zh;q=0.9',
  'accept-encoding': 'gzip, deflate',
}

/** Less than servers keep it: nobody is to meet a connection that has just been closed. */
const IDLE_CONNECTION_MS = 30_000

export interface Question {
  method?: string
  path: string
  headers?: Record<string, string>
  body?: string
}

/** An address that browsers and applications come to, with connections that are kept open. */
export class Door {
  readonly origin: string
  readonly #pool: Pool

  constructor(origin: string, browsers: number) {
    this.origin = origin
    // A certificate here is one that was made for this run.
    const connect = { rejectUnauthorized: false }
    const kept = { keepAliveMaxTimeout: IDLE_CONNECTION_MS }
    this.#pool = new Pool(origin, { connections: browsers, pipelining: 1, connect, ...kept })
  }

  async ask({ method = 'GET', path, headers = {}, body }: Question): Promise<Answer> {
    const answer = await this.#pool.request({ method, path, headers, body: body ?? null })
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
  }

  get(path: string, cookies: Cookies | string = ''): Promise<Answer> {
    const cookie = typeof cookies === 'string' ? cookies : cookieHeader(cookies)
    return this.ask({ path, headers: cookie ? { ...BROWSER_HEADERS, cookie } : BROWSER_HEADERS })
  }

  /** Sends a form, as an application does. */
  post(path: string, form: Record<string, string>, authorization: string): Promise<Answer> {
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    return this.ask({ method: 'POST', path, headers, body: new URLSearchParams(form).toString() })
  }

  /** Asks with an access token. */
  getAs(path: string, token: string): Promise<Answer> {
    return this.ask({ path, headers: { authorization: `Bearer ${token}` } })
  }

  /** Drops its connections. */
  async leave(): Promise<void> {
    await this.#pool.destroy()
  }
}

export function cookieHeader(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
