import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { freePort } from './support/command.js'
import { caddy, nginx, type ProxyProgram } from './support/proxy.js'
import { createWorld } from './support/world.js'

const FORWARD_AUTH = readFileSync(new URL('../docs/forward-auth.md', import.meta.url), 'utf8')

interface Proxy {
  /** As the document marks its example. */
  language: string
  program: ProxyProgram
  /** The example, listening on this port. */
  listen(example: string, port: number): string
}

const proxies: Proxy[] = [
  {
    language: 'nginx',
    program: nginx,
    listen: (example, port) => example.replace('listen 80;', `listen 127.0.0.1:${port};`),
  },
  {
    language: 'caddyfile',
    program: caddy,
    listen: (example, port) =>
      `{\n\tadmin off\n\tauto_https off\n}\n${example.replace('http://app.example.com {', `http://app.example.com:${port} {`)}`,
  },
]

/** The document's example for this proxy, with the addresses of this test. */
function exampleOf(language: string, serverPort: string, applicationPort: number): string {
  const example = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(FORWARD_AUTH)?.[1] ?? ''
  return example
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${serverPort}`)
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${applicationPort}`)
}

/** Sends these headers as they are, odd names too. */
async function get(port: number, headers: Record<string, string>) {
  const sent = request({ host: '127.0.0.1', port, path: '/', headers: { Host: 'app.example.com', ...headers } }).end()
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const chunk of answer) text += chunk
  return { status: answer.statusCode as number, location: answer.headers.location as string | undefined, text }
}

/** An application that knows nothing of logins and says which headers reached it. */
async function startApplication() {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((req, res) => {
    seen.push(req.headers)
    res.end('the application')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { seen, port: (server.address() as AddressInfo).port, close: () => server.close() }
}

for (const { language, program, listen } of proxies) {
  if (!program.isInstalled)
    console.log(
      `skipped: ${program.name} is not installed; with it, the example of docs/forward-auth.md is tried in front of /verify`,
    )

  describe.runIf(program.isInstalled)(`the example of docs/forward-auth.md for ${program.name}`, () => {
    it('lets signed-in people through under their own name only', async () => {
      await using world = await createWorld({
        PUBLIC_URL: 'https://login.example.com',
        COOKIE_DOMAIN: 'example.com',
        ALLOWED_REDIRECTS: 'https://app.example.com',
      })
      const application = await startApplication()
      const port = await freePort()
      const example = exampleOf(language, new URL(world.serverUrl).port, application.port)
      await using running = await program.start(listen(example, port))

      const forged = {
        'X-Auth-Request-User': 'admin',
        'X-Auth-Request-Preferred-Username': 'admin',
        X_Auth_Request_User: 'admin',
        'x-auth_request-user': 'admin',
      }
      const stranger = await get(port, forged)
      expect(stranger.status).toBe(302)
      expect(application.seen).toEqual([])
      const browser = world.browser()
      const landed = await browser.logIn('zhangsan', stranger.location?.replace('https://login.example.com', ''))
      expect(landed.headers.location).toMatch(/^https:\/\/app\.example\.com\/\?username=/)

      const through = await get(port, { ...forged, Cookie: browser.cookieHeader })
      expect(through).toMatchObject({ status: 200, text: 'the application' })
      const [headers] = application.seen
      const { body: me } = await browser.get('/me').expect(200)
      expect(headers?.['x-auth-request-user']).toBe(me.id)
      expect(headers?.['x-auth-request-preferred-username']).toBe(encodeURIComponent('张三'))
      expect(JSON.stringify(headers)).not.toContain('admin')

      await browser.post('/logout', 'https://app.example.com').expect(204)
      expect((await get(port, { ...forged, Cookie: browser.cookieHeader })).status).toBe(302)
      expect(application.seen).toHaveLength(1)

      expect(await running.stop()).toBe(0)
      application.close()
    })
  })
}
