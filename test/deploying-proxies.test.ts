import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from './support/browser.js'
import { freePort } from './support/command.js'
import { HOST, makeCertificate, type Place, PUBLIC_URL, placeNginx, replace } from './support/deployment.js'
import { caddy, isInstalled, nginx, type ProxyProgram } from './support/proxy.js'
import { createWorld, type World } from './support/world.js'

interface Deployment {
  file: string
  program: ProxyProgram
  /** The file with the addresses of this test; everything else stays as it is. */
  placed(config: string, place: Place): string
}

const deployments: Deployment[] = [
  {
    file: 'deploy/nginx.conf',
    program: nginx,
    placed: placeNginx,
  },
  {
    file: 'deploy/Caddyfile',
    program: caddy,
    placed: (config, { directory, port, plainPort, servers }) =>
      replace(
        config,
        [/^\{\n/m, `{\n\tadmin off\n\tskip_install_trust\n\thttp_port ${plainPort}\n\thttps_port ${port}\n`],
        ['{$LOGIN_HOST} {', `{$LOGIN_HOST} {\n\ttls ${directory}/fullchain.pem ${directory}/privkey.pem`],
        [/dynamic a server 8000 \{[^}]*\}/, `to ${servers.map((server) => `127.0.0.1:${server}`).join(' ')}`],
      ),
  },
]

const portOf = (url: string) => Number(new URL(url).port)

for (const { file, program, placed } of deployments) {
  const canRun = program.isInstalled && isInstalled('openssl', 'version')
  if (!canRun) console.log(`skipped: ${file} is tried where ${program.name} and openssl are installed`)

  describe.runIf(canRun)(file, () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    afterAll(() => rmSync(directory, { recursive: true, force: true }))
    beforeAll(() => makeCertificate(directory))

    async function startProxy(servers: readonly [number, number]) {
      const [port, plainPort] = [await freePort(), await freePort()]
      const config = placed(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'), {
        ...{ directory, port, plainPort, servers },
      })
      const running = await program.start(config, { LOGIN_HOST: HOST })
      return { running, plainPort, browser: () => new Browser(`https://127.0.0.1:${port}`, PUBLIC_URL) }
    }

    const startServers = (): Promise<World> => createWorld({ PUBLIC_URL, TRUST_PROXY: '1' })

    it('logs people in over TLS, by the address that they really have', async () => {
      await using world = await startServers()
      const second = await world.anotherServer()
      const proxy = await startProxy([portOf(world.serverUrl), portOf(second.serverUrl)])
      await using running = proxy.running
      const browser = proxy.browser()

      const forged = {
        'X-Forwarded-For': '203.0.113.9',
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Proto': 'ftp',
      }
      const begun = await browser.get('/ding_url').set(forged).expect(302)
      expect(begun.headers.location).toMatch(world.dingtalk.url)
      const callback = await browser.scan()
      const landed = await browser.get(callback).set(forged).expect(302)
      expect(landed.headers.location).toBe(`http://front.test/?username=${encodeURIComponent('张三')}`)
      expect(browser.cookie('__Host-sid')).toBeDefined()
      const { body: sessions } = await browser.get('/sessions').expect(200)
      expect(sessions).toMatchObject([{ current: true, ip: expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/) }])
      await browser.post('/logout').expect(204)
      await browser.get('/me').expect(401)
      expect(await running.stop()).toBe(0)
    })

    it('lets all callbacks of one state reach one process, which asks DingTalk once', async () => {
      await using world = await startServers()
      const second = await world.anotherServer()
      const proxy = await startProxy([portOf(world.serverUrl), portOf(second.serverUrl)])
      await using _ = proxy.running

      // An odd number: taking turns must not bring both callbacks of a state to one process by chance.
      const browsers = Array.from({ length: 7 }, () => proxy.browser())
      for (const _ of browsers) world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 1000 })
      const callbacks = await Promise.all(browsers.map((browser) => browser.scan()))
      const twice = [...browsers.entries(), ...browsers.entries()]
      const answers = await Promise.all(twice.map(([index, browser]) => browser.get(callbacks[index] ?? '')))
      expect(answers.map(({ status }) => status)).toEqual(twice.map(() => 302))
      const exchanges = world.dingtalk.journal().filter(({ call }) => call === 'getuserinfo_bycode')
      expect(exchanges).toHaveLength(browsers.length)
    })

    it('asks the other process where one is gone', async () => {
      await using world = await startServers()
      const proxy = await startProxy([await freePort(), portOf(world.serverUrl)])
      await using _ = proxy.running
      for (let login = 0; login < 6; login++) await proxy.browser().logIn()
    })

    it('takes a long address and many login cookies', async () => {
      await using world = await startServers()
      const proxy = await startProxy([portOf(world.serverUrl), portOf(world.serverUrl)])
      await using _ = proxy.running
      const browser = proxy.browser()
      const target = `http://front.test/${'x'.repeat(2000)}`
      for (let tab = 0; tab < 4; tab++) await browser.scan('zhangsan', `/ding_url?redirect=${target}`)
      const landed = await browser.logIn('zhangsan', `/ding_url?redirect=${target}`)
      expect(landed.headers.location).toBe(`${target}?username=${encodeURIComponent('张三')}`)
    })

    it('writes no code and no state into its logs, not even when no server is there', async () => {
      await using world = await startServers()
      const alive = await startProxy([portOf(world.serverUrl), portOf(world.serverUrl)])
      const dead = await startProxy([await freePort(), await freePort()])
      await using one = alive.running
      await using other = dead.running
      const query = 'code=the-code&authCode=the-auth-code&state=the-state'
      for (const path of ['/callback', '/callback/']) {
        await alive.browser().get(`${path}?${query}`)
        expect((await dead.browser().get(`${path}?${query}`)).status).toBeOneOf([502, 503])
      }
      // Both have ended, so that all is written.
      await one.stop()
      await other.stop()
      const logs = ['dingtalk-login.log', 'error.log'].map((name) => path.join(directory, name)).filter(existsSync)
      const written = [one.output, other.output, ...logs.map((log) => readFileSync(log, 'utf8'))].join('\n')
      expect(written).toContain('/callback')
      expect(written).not.toMatch(/the-(auth-)?code|the-state/)
    })

    it('sends browsers from http to https', async () => {
      const proxy = await startProxy([await freePort(), await freePort()])
      await using _ = proxy.running
      const browser = new Browser(`http://127.0.0.1:${proxy.plainPort}`, PUBLIC_URL)
      const sent = await browser.get('/login?a=b').expect(308)
      expect(sent.headers.location).toMatch(/^https:\/\/login\.example\.com(:\d+)?\/login\?a=b$/)
    })
  })
}
