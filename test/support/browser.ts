import request, { type Response, type Test } from 'supertest'

/** What a browser does between clicks: it keeps cookies, sends its Host, and follows nothing unless told. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #serverUrl: string
  readonly #publicUrl: string

  constructor(serverUrl: string, publicUrl: string) {
    this.#serverUrl = serverUrl
    this.#publicUrl = publicUrl
  }

  get(address: string): Test {
    return this.send('get', address)
  }

  /** Sends the Origin that pages of the front end would send. */
  post(address: string, origin = 'http://front.test'): Test {
    return this.send('post', address).set('Origin', origin)
  }

  delete(address: string, origin = 'http://front.test'): Test {
    return this.send('delete', address).set('Origin', origin)
  }

  /** `address` is a path, or an absolute address on PUBLIC_URL, such as DingTalk's redirect. */
  send(method: 'get' | 'post' | 'delete' | 'head' | 'options' | 'put', address: string): Test {
    const path = address.startsWith(this.#publicUrl) ? address.slice(this.#publicUrl.length) : address
    const test = request(this.#serverUrl)[method](path).redirects(0).set('Host', new URL(this.#publicUrl).host)
    test.trustLocalhost()
    if (this.cookies.size > 0) test.set('Cookie', this.cookieHeader)
    test.on('response', (response: Response) => this.#keep(response))
    return test
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** The cookie whose name begins so. */
  cookie(prefix: string): string | undefined {
    return [...this.cookies.keys()].find((name) => name.startsWith(prefix))
  }

  /** Clicks on the login button and agrees in DingTalk as this person; gives the callback's address, not yet asked for. */
  async scan(personId = 'zhangsan', beginPath = '/ding_url'): Promise<string> {
    const begun = await this.get(beginPath).expect(302)
    return agree(begun.headers.location, personId)
  }

  /** A whole login; gives the callback's answer. */
  async logIn(personId = 'zhangsan', beginPath = '/ding_url'): Promise<Response> {
    return this.get(await this.scan(personId, beginPath)).expect(302)
  }

  #keep(response: Response): void {
    for (const line of setCookies(response)) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const expires = /;\s*expires=([^;]+)/i.exec(line)?.[1]
      if (expires && Date.parse(expires) <= Date.now()) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }
}

/** The Set-Cookie headers of an answer. */
export function setCookies(response: Response): string[] {
  const header: unknown = response.headers['set-cookie']
  return Array.isArray(header) ? header : []
}

/** Agrees on DingTalk's page as this person; gives the address of the callback. */
export async function agree(authorizeUrl: string | undefined, personId: string): Promise<string> {
  const answer = await fetch(`${authorizeUrl}&person=${personId}`, { redirect: 'manual' })
  const callback = answer.headers.get('location')
  if (!callback) throw new Error(`DingTalk's page did not redirect: ${answer.status} ${await answer.text()}`)
  return callback
}
