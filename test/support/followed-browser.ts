import type { Emulator } from '../../src/emulator/emulator.js'

const MAX_REDIRECTS = 20

/** Where a browser has come to rest. */
export interface Landing {
  url: URL
  status: number
  text: string
  /** All addresses on the way, the last one included. */
  way: URL[]
}

/**
 * A browser without a window: it follows redirects over real connections, keeps cookies by host, as browsers do, and
 * agrees on DingTalk's page as one person.
 */
export class FollowedBrowser {
  readonly #dingtalk: Pick<Emulator, 'url'>
  readonly #personId: string
  readonly #cookies = new Map<string, string>()

  constructor(dingtalk: Pick<Emulator, 'url'>, personId: string) {
    this.#dingtalk = dingtalk
    this.#personId = personId
  }

  async open(address: string | URL, init: RequestInit = {}): Promise<Landing> {
    const way: URL[] = []
    let [url, request] = [new URL(address), init]
    for (;;) {
      if (url.origin === this.#dingtalk.url) url.searchParams.set('person', this.#personId)
      way.push(url)
      if (way.length > MAX_REDIRECTS) throw new Error(`It goes round: ${way.map(String).join('\n')}`)
      const response = await this.#ask(url, request)
      const location = response.headers.get('location')
      const text = await response.text()
      if (location === null) return { url, status: response.status, text, way }
      url = new URL(location, url)
      request = {}
    }
  }

  async #ask(url: URL, { headers, ...init }: RequestInit): Promise<Response> {
    const sent = new Headers(headers)
    const cookies = [...this.#cookies].filter(([key]) => key.startsWith(`${url.hostname} `))
    const pairs = cookies.map(([key, value]) => `${key.slice(url.hostname.length + 1)}=${value}`)
    if (pairs.length > 0) sent.set('Cookie', pairs.join('; '))
    const response = await fetch(url, { ...init, headers: sent, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.#keep(url.hostname, line)
    return response
  }

  #keep(host: string, line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    const expires = /;\s*expires=([^;]+)/i.exec(line)?.[1]
    const isOver = (expires && Date.parse(expires) <= Date.now()) || /;\s*max-age=0/i.test(line)
    if (isOver) this.#cookies.delete(`${host} ${name}`)
    else this.#cookies.set(`${host} ${name}`, value)
  }
}
