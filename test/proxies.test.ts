import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ROLE } from '../src/emulator/organisation/roles.js'
import { closeAtOnce, listen } from '../src/server/listen.js'
import { addApplication } from './support/applications.js'
import type { Browser } from './support/browser.js'
import { freePort } from './support/command.js'
import { addGroup } from './support/groups.js'
import { caddy, nginx, type ProxyProgram } from './support/proxy.js'
import { createWorld } from './support/world.js'

const GUIDE = 'docs/guides/protect-a-tool.md'
const guide = readFileSync(new URL(`../${GUIDE}`, import.meta.url), 'utf8')

interface Proxy {
  /** As the guide marks its example. */
  language: string
  program: ProxyProgram
  /** The example, listening on this port. */
  listen(example: string, port: number): string
  /** The example, for one application alone. */
  forApplication(example: string, id: string): string
}

const proxies: Proxy[] = [
  {
    language: 'nginx',
    program: nginx,
    listen: (example, port) => example.replace('listen 8081;', `listen 127.0.0.1:${port};`),
    forApplication: (example, id) => example.replace('/verify;', `/verify?app=${id};`),
  },
  {
    language: 'caddyfile',
    program: caddy,
    listen: (example, port) =>
      `{\n\tadmin off\n\tauto_https off\n}\n${example.replace('http://localhost:8081 {', `http://app.example.com:${port} {`)}`,
    forApplication: (example, id) => example.replace('/verify?', `/verify?app=${id}&`),
  },
]

/** The guide's example for this proxy, with the addresses of this test. */
function exampleOf(language: string, serverPort: string, applicationPort: number): string {
  const example = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(guide)?.[1] ?? ''
  return example
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${serverPort}`)
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${applicationPort}`)
}

const NAVIGATION = { Accept: 'text/html,*/*', 'Sec-Fetch-Mode': 'navigate' }

/** Sends these headers as they are, odd names too; by default as a browser that opens a page. */
async function send(port: number, headers: Record<string, string>, { path = '/', method = 'GET' } = {}) {
  const all = { Host: 'app.example.com', ...NAVIGATION, ...headers }
  const sent = request({ host: '127.0.0.1', port, path, method, headers: all }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode, location: response.headers.location, text }
}

/** Asks for a WebSocket; returns the status, 101 where it was opened. */
async function openWebSocket(port: number, headers: Record<string, string>): Promise<number | undefined> {
  const upgrade = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-Fetch-Mode': 'websocket',
    Accept: '*/*',
  }
  const sent = request({
    host: '127.0.0.1',
    port,
    path: '/live',
    headers: { Host: 'app.example.com', ...upgrade, ...headers },
  })
  sent.end()
  const opened = async () => {
    const [response, socket] = (await once(sent, 'upgrade')) as [IncomingMessage, Socket]
    socket.destroy()
    return response.statusCode
  }
  const refused = async () => {
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    return response.statusCode
  }
  return Promise.race([opened(), refused()])
}

/** An application that knows nothing of logins and keeps what reached it. */
async function startApplication() {
  const seen: { url: string | undefined; headers: IncomingHttpHeaders }[] = []
  const server = createServer(({ url, headers }, res) => {
    seen.push({ url, headers })
    res.end('the application')
  })
  const upgraded: Duplex[] = []
  server.on('upgrade', ({ url, headers }, socket) => {
    seen.push({ url, headers })
    // Open until the test is over: a proxy need not pass on what is over already. The server counts it no more.
    upgraded.push(socket)
    socket.on('error', () => {
      // The proxy may cut it.
    })
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  const close = async () => {
    for (const socket of upgraded) socket.destroy()
    await closeAtOnce(server)
  }
  return { seen, port: await listen(server, { port: 0, host: '127.0.0.1' }), close }
}

/** A server, an application, and the guide's example in front of both. */
async function createSite({ language, program, listen: place, forApplication }: Proxy, app?: string) {
  const world = await createWorld({
    DINGTALK_PROFILE: 'directory',
    PUBLIC_URL: 'https://login.example.com',
    TRUST_PROXY: '1',
    COOKIE_DOMAIN: 'example.com',
    ALLOWED_REDIRECTS: 'http://app.example.com',
  })
  const application = await startApplication()
  const port = await freePort()
  const example = exampleOf(language, new URL(world.serverUrl).port, application.port)
  const running = await program.start(place(app === undefined ? example : forApplication(example, app), port))
  return {
    world,
    application,
    port,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]()
      await application.close()
      await world[Symbol.asyncDispose]()
    },
  }
}

/** Where a login lands that begins at this address of the server. */
async function landingOf(browser: Browser, location: string | undefined): Promise<string | undefined> {
  expect(location).toMatch(/^https:\/\/login\.example\.com\/ding_url/)
  const landed = await browser.logIn('zhangsan', location?.replace('https://login.example.com', ''))
  return landed.headers.location
}

for (const proxy of proxies) {
  const { program } = proxy
  if (!program.isInstalled)
    console.log(
      `skipped: ${program.name} is not installed; with it, the example of ${GUIDE} is tried in front of /verify`,
    )

  describe.runIf(program.isInstalled)(`the example of ${GUIDE} for ${program.name}`, () => {
    it('lets signed-in people through under their own name only', async () => {
      await using site = await createSite(proxy)
      const { world, application, port } = site
      const forged = {
        'X-Auth-Request-User': 'admin',
        'X-Auth-Request-Preferred-Username': 'admin',
        'X-Auth-Request-Email': 'admin@example.com',
        'X-Auth-Request-Groups': 'admins',
        'X-Auth-Request-Roles': 'admin',
        X_Auth_Request_User: 'admin',
        'x-auth_request-user': 'admin',
      }
      const stranger = await send(port, forged)
      expect(stranger.status).toBe(302)
      expect(application.seen).toEqual([])
      const browser = world.browser()
      expect(await landingOf(browser, stranger.location)).toMatch(/^http:\/\/app\.example\.com\/\?username=/)

      const through = await send(port, { ...forged, Cookie: browser.cookieHeader })
      expect(through).toMatchObject({ status: 200, text: 'the application' })
      const headers = application.seen[0]?.headers
      const { body: me } = await browser.get('/me').expect(200)
      expect(headers?.['x-auth-request-user']).toBe(me.id)
      expect(headers?.['x-auth-request-preferred-username']).toBe(encodeURIComponent('张三'))
      expect(headers?.['x-auth-request-email']).toBe('zhangsan@corp.example')
      expect(headers?.['x-auth-request-groups'] ?? '').toBe('')
      const { 'x-auth-request-roles': unknown, ...judged } = headers ?? {}
      expect(JSON.stringify(judged)).not.toContain('admin')

      await browser.post('/logout', 'http://app.example.com').expect(204)
      expect((await send(port, { ...forged, Cookie: browser.cookieHeader })).status).toBe(302)
      expect(application.seen).toHaveLength(1)
    })

    it.each([
      ['a query with escapes and Chinese', '/reports/?a=1&b=2%26c&q=%E4%B8%AD%E6%96%87'],
      ['a path of 1,500 characters', `/${'long/'.repeat(300)}?a=1&b=2`],
    ])('brings people back to the very address, %s', async (_, path) => {
      await using site = await createSite(proxy)
      const stranger = await send(site.port, {}, { path })
      expect(stranger.status).toBe(302)
      const landing = await landingOf(site.world.browser(), stranger.location)
      expect(landing).toBe(`http://app.example.com${path}&username=${encodeURIComponent('张三')}`)
    })

    it.each([
      ['a form that is sent', {}, 'POST'],
      ['a script’s request', { 'Sec-Fetch-Mode': 'cors', Accept: '*/*' }, 'GET'],
      ['a script’s preflight', { 'Sec-Fetch-Mode': 'cors', 'Access-Control-Request-Method': 'PUT' }, 'OPTIONS'],
    ])('refuses %s with 401 rather than send it to log in', async (_, headers, method) => {
      await using site = await createSite(proxy)
      expect((await send(site.port, headers, { path: '/api?a=1', method })).status).toBe(401)
      expect(site.application.seen).toEqual([])
    })

    it('opens a WebSocket for somebody who is signed in, and for nobody else', async () => {
      await using site = await createSite(proxy)
      expect(await openWebSocket(site.port, {})).toBe(401)
      expect(site.application.seen).toEqual([])
      const browser = site.world.browser()
      await browser.logIn()
      expect(await openWebSocket(site.port, { Cookie: browser.cookieHeader })).toBe(101)
      expect(site.application.seen.map(({ url }) => url)).toEqual(['/live'])
    })

    it('keeps out who may not use its application, and says why to a person', async () => {
      await using site = await createSite(proxy, 'wiki')
      const { world, application, port } = site
      await addGroup(world, 'engineers', { roles: [ROLE.engineer] })
      await addApplication(world, { id: 'wiki', name: 'Wiki', kind: 'proxy', redirectUris: [], access: ['engineers'] })
      const [engineer, seller] = [world.browser(), world.browser()]
      await engineer.logIn('zhangsan')
      await seller.logIn('zhangwei2')

      expect((await send(port, { Cookie: engineer.cookieHeader })).status).toBe(200)
      expect(application.seen[0]?.headers['x-auth-request-groups']).toBe('engineers')
      const script = { 'Sec-Fetch-Mode': 'cors', Accept: '*/*' }
      expect((await send(port, { ...script, Cookie: seller.cookieHeader })).status).toBe(403)
      expect(await openWebSocket(port, { Cookie: seller.cookieHeader })).toBe(403)

      const { status, text, location } = await send(port, { Cookie: seller.cookieHeader }, { path: '/reports?a=1&b=2' })
      const page = location
        ? await seller.get(location.replace('https://login.example.com', '')).set('Accept', 'text/html')
        : { text }
      expect(status).toBe(location ? 302 : 403)
      expect(page.text).toContain('not_permitted')
      // Somebody else can log in there, and lands where this person wanted to go.
      const again = /href="([^"]*\/ding_url[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&')
      const landed = await seller.logIn('zhangsan', again?.replace('https://login.example.com', ''))
      expect(landed.headers.location).toMatch(/^http:\/\/app\.example\.com\/reports\?a=1&b=2&username=/)
      expect(application.seen).toHaveLength(1)
    })

    it('says where people come from, whatever they say themselves', async () => {
      await using site = await createSite(proxy, 'wiki')
      const browser = site.world.browser()
      await browser.logIn()
      const forged = { Cookie: browser.cookieHeader, 'X-Forwarded-For': '203.0.113.9' }
      expect((await send(site.port, forged)).status).not.toBe(200)
      const refused = site.world.log.find(({ event }) => event === 'application_refused')
      expect(refused).toMatchObject({ ip: '127.0.0.1' })
    })

    it('lands people on FRONTEND_URL who came by a host that is not allowed', async () => {
      await using site = await createSite(proxy)
      // The proxy's one site takes requests of any host.
      const stranger = await send(site.port, { Host: 'app.example.com:81' }, { path: '/a?b=c' })
      expect(stranger.location).toBe('https://login.example.com/ding_url')
    })

    it('takes no address that a client names itself', async () => {
      await using site = await createSite(proxy)
      const forged = {
        'X-Original-URL': 'http://app.example.com/forged',
        'X-Original-Method': 'GET',
        'X-Forwarded-Uri': '/forged',
        'X-Forwarded-Host': 'app.example.com',
        'X-Forwarded-Proto': 'http',
      }
      const { location } = await send(site.port, forged, { path: '/real?a=1&b=2' })
      expect(location).not.toContain('forged')
    })

    it('ends with 0', async () => {
      const port = await freePort()
      await using running = await program.start(proxy.listen(exampleOf(proxy.language, '9', 9), port))
      expect(await running.stop()).toBe(0)
    })
  })
}
