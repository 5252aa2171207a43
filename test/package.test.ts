import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APP } from '../src/emulator/emulator.js'
import { MINUTE } from '../src/time.js'
import { Browser } from './support/browser.js'
import { Command, freePort } from './support/command.js'
import { npm, ownEnvironment, run } from './support/npm.js'
import { ProjectCopy } from './support/project-copy.js'

const MB = 1_000_000

const project = new ProjectCopy()
const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
let tarball: string
afterAll(() => {
  project[Symbol.dispose]()
  rmSync(directory, { recursive: true, force: true })
}, MINUTE)

beforeAll(async () => {
  // What a former build has left, and what somebody's work may leave.
  mkdirSync(project.path('dist/retired'))
  for (const file of ['dist/retired/part.js', 'dist/main.js.map', '.env', 'dist/.sources'])
    writeFileSync(project.path(file), '')
  const { exitCode, output } = await npm(['pack', '--pack-destination', directory], { cwd: project.directory })
  expect(exitCode, output).toBe(0)
  tarball = path.join(directory, readdirSync(directory)[0] ?? '')
}, 3 * MINUTE)

const check = (file: string) =>
  run(process.execPath, [project.path('scripts/check-tarball.mjs'), file], { cwd: directory })

describe('the package', () => {
  it('is what is needed and nothing else, and neither publint nor attw has a word against it', {
    timeout: 60_000,
  }, async () => {
    const { exitCode, output } = await check(tarball)
    expect(output).toMatch(/is in order: \d+ files, \d+ bytes, unpacked \d+\.\n$/)
    expect(exitCode).toBe(0)
    expect(statSync(tarball).size).toBeLessThan(3 * MB)
  })

  it('is built anew: what former builds have left is gone, from the folder too', () => {
    expect(existsSync(project.path('dist/retired'))).toBe(false)
    expect(existsSync(project.path('dist/main.js.map'))).toBe(false)
    expect(existsSync(project.path('dist/cli/main.js'))).toBe(true)
  })

  it('would not get past the check with anything else', { timeout: 60_000 }, async () => {
    const other = mkdtempSync(path.join(directory, 'other-'))
    const wrong = ['src/main.ts', 'test/x.test.ts', 'dist/main.js.map', 'dist/retired.js', 'dist/.sources', 'login.db']
    for (const file of wrong) {
      mkdirSync(path.join(other, path.dirname(file)), { recursive: true })
      writeFileSync(path.join(other, file), `// of ${project.directory}`)
    }
    writeFileSync(path.join(other, 'package.json'), '{ "name": "other", "version": "1.0.0", "main": "./missing.js" }')
    await npm(['pack'], { cwd: other })
    const { exitCode, output } = await check(path.join(other, 'other-1.0.0.tgz'))
    expect(exitCode).toBe(1)
    for (const file of wrong) expect(output).toContain(`${file} `)
    expect(output).toContain('dist/cli/main.js is missing')
    expect(output).toContain('a file holds the path of this folder')
    expect(output).toContain('dist/retired.js is left of a former build')
    expect(output).toContain('publint: pkg.main is ./missing.js but the file does not exist')
  })
})

const isOn = process.env.TEST_PACKAGE === '1'
if (!isOn) console.log('skipped: TEST_PACKAGE=1 installs the package in an empty folder, which takes a minute or two')
const isReachable =
  isOn && (await npm(['ping', '--fetch-timeout=10000', '--fetch-retries=0'], { cwd: tmpdir() })).exitCode === 0
if (isOn && !isReachable) console.log('skipped: installing the package; npm’s registry cannot be reached')
const onWindows = process.platform === 'win32'
if (isReachable && onWindows) console.log('skipped: the end of the packaged demo; it needs a system that has signals')

describe.runIf(isReachable)('the package, installed in an empty folder', () => {
  const isRoot = process.getuid?.() === 0
  /** Nobody here, who may write into `data` alone. */
  const user = isRoot ? 65_534 : undefined
  let folder: string
  /** Whatever is asked of a registry from now on fails. */
  const offline = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_offline: 'true' }
  const npx = (...args: string[]) => ['--no-install', 'dingtalk-login', ...args]

  beforeAll(async () => {
    folder = path.join(mkdtempSync(path.join(tmpdir(), 'dingtalk-login-')), '登录 服务')
    mkdirSync(folder)
    const { exitCode, output } = await npm(['install', '--omit=dev', '--no-audit', '--no-fund', tarball], {
      cwd: folder,
    })
    expect(exitCode, output).toBe(0)
  }, 10 * MINUTE)
  afterAll(() => rmSync(path.dirname(folder), { recursive: true, force: true }), MINUTE)

  it('says its version and judges settings, without a network', async () => {
    const npxOffline = (...args: string[]) => run('npx', npx(...args), { cwd: folder, env: offline })
    expect((await npxOffline('--version')).output).toMatch(/^\d+\.\d+\.\d+\n$/)
    writeFileSync(path.join(folder, '.env'), 'PORT=many\n')
    const judged = await npxOffline('check-config')
    expect(judged).toMatchObject({ exitCode: 1, output: expect.stringContaining('  PORT: ') })
    rmSync(path.join(folder, '.env'))
  })

  it('can be imported by each of its exports', async () => {
    const manifest = JSON.parse(readFileSync(path.join(folder, 'node_modules/dingtalk-login/package.json'), 'utf8'))
    const targets = Object.entries<string | { default: string }>(manifest.exports)
    const modules = targets.flatMap(([name, target]) => (typeof target === 'string' ? [] : [name]))
    expect(modules).toContain('.')
    for (const name of modules) {
      const program = `console.log(Object.keys(await import('${name.replace(/^\./, 'dingtalk-login')}')).length > 0)`
      const { output } = await run(process.execPath, ['--input-type=module', '-e', program], { cwd: folder })
      expect(output, name).toBe('true\n')
    }
  })

  it(
    'logs people in, with its own emulator, in a folder of which it may write data alone',
    async () => {
      mkdirSync(path.join(folder, 'data'))
      if (user !== undefined) {
        chownSync(path.join(folder, 'data'), user, user)
        await run('chmod', ['755', path.dirname(folder)], { cwd: folder })
      }
      const program = path.join(folder, 'node_modules/dingtalk-login/dist/cli/main.js')
      const [port, emulatorPort] = [await freePort(), await freePort()]
      const start = (command: string, env: Record<string, string>) =>
        new Command(process.execPath, { args: [program, command], cwd: folder, env, user })
      await using emulator = start('emulator', { EMULATOR_PORT: String(emulatorPort) })
      await emulator.printed(/control page/)
      const emulatorUrl = `http://localhost:${emulatorPort}`
      const page = await (await fetch(`${emulatorUrl}/_emulator`)).text()
      const assets = [...page.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)]
      expect(assets.length).toBeGreaterThan(0)
      for (const [, asset] of assets) expect((await fetch(emulatorUrl + asset)).status, asset).toBe(200)

      const publicUrl = `http://localhost:${port}`
      await using server = start('start', {
        PORT: String(port),
        PUBLIC_URL: publicUrl,
        DINGTALK_APP_ID: APP.id,
        DINGTALK_APP_SECRET: APP.secret,
        DINGTALK_LOGIN_URL: emulatorUrl,
        DINGTALK_OAPI_URL: emulatorUrl,
        DINGTALK_API_URL: emulatorUrl,
        SESSION_SECRETS: 'a-secret-for-tests-of-32-characters-or-more',
      })
      await server.printed(/"listening"/)
      const browser = new Browser(`http://127.0.0.1:${port}`, publicUrl)
      await browser.logIn('zhangsan')
      expect((await browser.get('/me').expect(200)).body.username).toBe('张三')
      expect((await browser.get('/login').expect(200)).text).toContain('<')
      expect(existsSync(path.join(folder, 'data/login.db'))).toBe(true)
      expect(await server.stop('SIGTERM')).toBe(0)
      expect(await emulator.stop('SIGTERM')).toBe(0)
    },
    MINUTE,
  )

  it.skipIf(onWindows)(
    'shows the demo, and leaves nothing running',
    async () => {
      const place = mkdtempSync(path.join(folder, 'demo-'))
      const ports = await Promise.all(
        ['PORT', 'EMULATOR_PORT', 'FRONTEND_PORT', 'OPENID_APP_PORT'].map(async (name) => [
          name,
          String(await freePort()),
        ]),
      )
      const env = { ...ownEnvironment(), ...Object.fromEntries(ports), ...offline }
      await using demo = new Command('npx', { args: npx('demo'), cwd: place, env, isGroup: true })
      const [, address = ''] = await demo.printed(/Open +(http:\S+)/)
      const html = await (await fetch(address)).text()
      const files = [...html.matchAll(/(?:src|href)="([\w./-]+\.(?:js|css|svg))"/g)]
      expect(files.length).toBeGreaterThan(1)
      for (const [, file = ''] of files) expect((await fetch(new URL(file, address))).status, file).toBe(200)
      // As a terminal does at Ctrl-C; npx itself may end by the signal. It is over when all that write have ended.
      expect([0, 'SIGINT']).toContain(await demo.stop('SIGINT'))
      for (const [, port] of ports) await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
      expect(readdirSync(place)).toEqual(['data'])
    },
    MINUTE,
  )
})
