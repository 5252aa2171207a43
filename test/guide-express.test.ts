import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parse } from 'dotenv'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSettings } from '../src/embedding/read-settings.js'
import { type Emulator, startEmulator } from '../src/emulator/emulator.js'
import { Command, freePort } from './support/command.js'
import { PROJECT, read } from './support/documents.js'
import { FollowedBrowser } from './support/followed-browser.js'

const GUIDE = read('docs/guides/express.md')
const [PROGRAM = '', BESIDE_OTHERS = ''] = Array.from(GUIDE.matchAll(/^```js\n(.*?)^```/gms), ([, block]) => block)
const ENV_FILE = /```ini\n(.*?)```/s.exec(GUIDE)?.[1] ?? ''
const MAKES_APPLICATION = 'const app = express()\napp.use(login.routes)\n'

/** Runs a program of the guide in a folder where the package is installed, on other ports. */
async function start(program: string, dingtalk: Emulator): Promise<{ url: string; command: Command }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  mkdirSync(path.join(folder, 'node_modules'))
  for (const name of ['express', 'express-session', 'helmet'])
    symlinkSync(path.join(PROJECT, 'node_modules', name), path.join(folder, 'node_modules', name), 'junction')
  symlinkSync(PROJECT, path.join(folder, 'node_modules/dingtalk-login'), 'junction')
  const port = String(await freePort())
  const text = program.replaceAll('http://localhost:9000', dingtalk.url).replaceAll('3000', port)
  writeFileSync(path.join(folder, 'server.mjs'), text)
  const command = new Command(process.execPath, { args: ['server.mjs'], cwd: folder })
  onTestFinished(async () => {
    await command[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
  const url = `http://localhost:${port}`
  const isThere = () => fetch(url).then(Boolean, () => false)
  await expect.poll(isThere, { timeout: 15_000 }).toBe(true)
  return { url, command }
}

describe('docs/guides/express.md', () => {
  it('has an application of less than 30 lines, where somebody logs in, and that ends when it is told to', async () => {
    expect(PROGRAM.split('\n').length).toBeLessThan(30)
    const dingtalk = await startEmulator()
    onTestFinished(() => dingtalk.close())
    const { url, command } = await start(PROGRAM, dingtalk)
    expect(command.output).toBe('')
    const browser = new FollowedBrowser(dingtalk, 'zhangsan')
    const accept = { headers: { Accept: 'text/html' } }
    const refused = await browser.open(`${url}/report`, accept)
    expect(refused.status).toBe(401)
    const [, login = ''] = /href="(\/login\?[^"]*)"/.exec(refused.text) ?? []
    const page = await browser.open(url + login, accept)
    expect(page.status).toBe(200)
    expect((await browser.open(url)).text).toContain('<a href="/ding_url">')
    const landed = await browser.open(`${url}${login.replace('/login', '/ding_url')}`)
    expect(landed.url.pathname).toBe('/report')
    expect(JSON.parse(landed.text)).toMatchObject({ total: 42, for: { username: '张三' } })
    const [, shown = ''] = /```json\n(.*?)```/s.exec(GUIDE) ?? []
    expect(Object.keys(JSON.parse(landed.text).for)).toEqual(Object.keys(JSON.parse(shown).for))
    expect((await browser.open(url)).text).toContain('<a href="/account">')
    expect((await browser.open(`${url}/account`, accept)).text).toContain('张三')
    expect(await command.stop('SIGTERM')).toBe(0)
  })

  it('has the parts of an application around it that work', async () => {
    expect(PROGRAM).toContain(MAKES_APPLICATION)
    expect(BESIDE_OTHERS).toContain(MAKES_APPLICATION)
    const dingtalk = await startEmulator()
    onTestFinished(() => dingtalk.close())
    const program = PROGRAM.replace(MAKES_APPLICATION, BESIDE_OTHERS)
    const { url, command } = await start(program, dingtalk)
    const browser = new FollowedBrowser(dingtalk, 'zhangsan')
    expect((await browser.open(`${url}/api/anything`)).status).toBe(401)
    expect((await browser.open(`${url}/ding_url?redirect=/report`)).url.pathname).toBe('/report')
    expect((await browser.open(`${url}/api/anything`)).status).toBe(404)
    expect((await fetch(url)).headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(await command.stop('SIGINT')).toBe(0)
  })

  it('has settings for production that hold', () => {
    const settings = parse(ENV_FILE.replace(/(?<=SECRETS=)…/, '0123456789abcdef'.repeat(4)).replaceAll('…', 'given'))
    const { config, texts } = readSettings(settings)
    expect(config).toMatchObject({ production: true, callbackUrl: 'https://app.example.com/callback' })
    expect(texts).toEqual(settings)
  })
})
