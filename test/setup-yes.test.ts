import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { APP } from '../src/emulator/emulator.js'
import { Browser } from './support/browser.js'
import { freePort, runCompiled } from './support/command.js'
import { createSetupPlace, type SetupPlace } from './support/setup-place.js'

interface RunOptions {
  env?: Record<string, string>
  input?: string
  launcher?: string[]
}

async function run(place: SetupPlace, args: string[], { env = {}, ...options }: RunOptions = {}) {
  const all = { ...place.hosts, LANG: 'en_US.UTF-8', ...env }
  await using command = runCompiled('setup', { ...options, args, env: all, cwd: place.directory })
  const exitCode = await command.ended()
  // Whatever happens.
  expect(command.output).not.toContain(APP.secret)
  return { exitCode, output: command.output }
}

const BASIC = ['--yes', '--app-id', APP.id]
const SECRET = { DINGTALK_APP_SECRET: APP.secret }

describe('dingtalk-login setup --yes', () => {
  it('writes settings with which a server starts, and somebody logs in', async () => {
    await using place = await createSetupPlace()
    const port = await freePort()
    const publicUrl = `http://localhost:${port}`
    const { exitCode, output } = await run(place, [...BASIC, '--public-url', publicUrl, '--directory'], { env: SECRET })
    expect(exitCode).toBe(0)
    expect(output).toContain('npx dingtalk-login start')
    expect(output).toContain(`${publicUrl}/login`)
    expect(statSync(place.file).mode & 0o777).toBe(0o600)
    expect(place.written()).toMatchObject({
      DINGTALK_FLOW: 'oauth2',
      DINGTALK_PROFILE: 'directory',
      PORT: String(port),
    })

    await using server = runCompiled('start', { cwd: place.directory })
    await server.printed(/"listening"/)
    const browser = new Browser(`http://127.0.0.1:${port}`, publicUrl)
    const { headers } = await browser.logIn()
    expect(headers.location).toBe(`${publicUrl}/account`)
    await browser.get('/me').expect(200)
    expect(await server.stop('SIGTERM')).toBe(0)
  })

  it('takes the secret from a file or from standard input, never from an argument', async () => {
    await using place = await createSetupPlace()
    const refused = await run(place, [...BASIC, '--app-secret', 'told-to-everybody'])
    expect(refused).toMatchObject({ exitCode: 2, output: expect.stringContaining('--app-secret-file') })
    expect(refused.output).not.toContain('told-to-everybody')
    writeFileSync(path.join(place.directory, 'secret'), `${APP.secret}\n`)
    expect((await run(place, [...BASIC, '--app-secret-file', 'secret', '--output', 'a.env'])).exitCode).toBe(0)
    const piped = await run(place, [...BASIC, '--app-secret-file', '-', '--output', 'b.env'], { input: APP.secret })
    expect(piped.exitCode).toBe(0)
    expect(piped.output).toContain('b.env')
    for (const file of ['a.env', 'b.env'])
      expect(readFileSync(path.join(place.directory, file), 'utf8')).toContain(`DINGTALK_APP_SECRET=${APP.secret}\n`)
    expect((await run(place, [...BASIC, '--app-secret-file', 'none'])).output).toContain('none cannot be read (ENOENT)')
  })

  it('says as wrong usage what is missing', async () => {
    await using place = await createSetupPlace()
    const wrong = [
      ['--yes'],
      BASIC,
      [],
      ['--app-id', APP.id],
      [...BASIC, '--flow', 'saml'],
      [...BASIC, '--audience', 'anyone', '--directory'],
      [...BASIC, '--corp-app-key', 'dingother'],
    ]
    for (const args of wrong)
      expect(await run(place, args, { env: args.length > 3 ? SECRET : {} })).toMatchObject({
        exitCode: 2,
        output: expect.stringContaining('Usage:'),
      })
    expect((await run(place, [])).output).toContain('--yes')
    expect(readdirSync(place.directory)).toEqual([])
  })

  it('writes nothing where DingTalk finds a fault, unless it is told not to ask', async () => {
    await using place = await createSetupPlace()
    const wrong = { env: { DINGTALK_APP_SECRET: 'not-the-secret' } }
    const refused = await run(place, [...BASIC, '--language', 'zh'], wrong)
    expect(refused.exitCode).toBe(1)
    expect(refused.output).toMatch(/✗ 登录应用.*\n.*不认识此应用/)
    expect(refused.output).not.toContain('not-the-secret')
    expect(readdirSync(place.directory)).toEqual([])
    place.dingtalk.clearJournal()
    expect((await run(place, [...BASIC, '--offline'], wrong)).exitCode).toBe(0)
    expect(place.dingtalk.journal()).toEqual([])
  })

  it('lists every fault of the settings, and writes nothing', async () => {
    await using place = await createSetupPlace()
    const { exitCode, output } = await run(
      place,
      ['--yes', '--app-id', 'your-app-id', '--public-url', 'login.example.com', '--frontend-url', 'x', '--offline'],
      { env: SECRET },
    )
    expect(exitCode).toBe(1)
    for (const name of ['PUBLIC_URL', 'FRONTEND_URL', 'DINGTALK_APP_ID']) expect(output).toContain(`  ${name}: `)
    expect(readdirSync(place.directory)).toEqual([])
  })

  it('keeps what is there, and what it holds besides', async () => {
    await using place = await createSetupPlace()
    const secret = 'abcdefghijklmnopqrstuvwxyz0123456789'
    const before = `# mine\nBRAND_NAME="Ex # ample"\nSESSION_SECRETS=${secret}\nPUBLIC_URL=http://login.localhost:8000\nOTHER='a "b"'\nHOST=\n`
    writeFileSync(place.file, before)
    const refused = await run(place, BASIC, { env: SECRET })
    expect(refused).toMatchObject({ exitCode: 1, output: expect.stringContaining('--force') })
    expect(readFileSync(place.file, 'utf8')).toBe(before)

    const forced = await run(place, [...BASIC, '--force', '--json'], { env: SECRET })
    expect(forced.exitCode).toBe(0)
    expect(forced.output).not.toContain(secret)
    expect(JSON.parse(forced.output)).toMatchObject({
      ...{ file: '.env', written: true, copy: '.env.before-setup', kept: ['BRAND_NAME', 'OTHER'] },
      next: ['npx dingtalk-login start', 'npx dingtalk-login emulator'],
    })
    expect(readFileSync(`${place.file}.before-setup`, 'utf8')).toBe(before)
    expect(place.written()).toMatchObject({
      ...{ BRAND_NAME: 'Ex # ample', OTHER: 'a "b"', SESSION_SECRETS: secret },
      PUBLIC_URL: 'http://login.localhost:8000',
    })
    // Whoever changes nothing writes nothing.
    const twice = await run(place, [...BASIC, '--force', '--json'], { env: SECRET })
    expect(JSON.parse(twice.output)).toMatchObject({ written: false, copy: null })
  })

  it('makes a new secret where the example’s is there, and one for each', async () => {
    await using place = await createSetupPlace()
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
    writeFileSync(place.file, example)
    expect((await run(place, [...BASIC, '--force'], { env: SECRET })).exitCode).toBe(0)
    const { SESSION_SECRETS: one, LOG_LEVEL: kept } = place.written()
    expect(one).toMatch(/^[0-9a-f]{64}$/)
    expect(kept).toBe('info')
    expect((await run(place, [...BASIC, '--output', 'other.env'], { env: SECRET })).exitCode).toBe(0)
    expect(readFileSync(path.join(place.directory, 'other.env'), 'utf8')).not.toContain(one)
  })

  it('has mode 0600 whatever the umask, and goes through no link', async () => {
    await using place = await createSetupPlace()
    for (const umask of ['000', '277']) {
      const args = [...BASIC, '--output', `${umask}.env`, '--offline']
      const launcher = ['/bin/sh', '-c', `umask ${umask}; exec "$@"`, 'sh']
      expect(await run(place, args, { env: SECRET, launcher })).toMatchObject({ exitCode: 0 })
      expect(statSync(path.join(place.directory, `${umask}.env`)).mode & 0o777).toBe(0o600)
    }
    symlinkSync(path.join(place.directory, 'elsewhere'), place.file)
    const linked = await run(place, [...BASIC, '--force', '--offline'], { env: SECRET })
    expect(linked).toMatchObject({ exitCode: 1, output: expect.stringContaining('symbolic link') })
    expect(existsSync(path.join(place.directory, 'elsewhere'))).toBe(false)
  })

  it('sets production for https, and the emulator never', async () => {
    await using place = await createSetupPlace()
    const real = ['--yes', '--app-id', 'dingexample', '--public-url', 'https://login.example.com/', '--offline']
    const env = { ...SECRET, DINGTALK_LOGIN_URL: '', DINGTALK_OAPI_URL: '', DINGTALK_API_URL: '' }
    expect((await run(place, real, { env })).output).toContain('NODE_ENV=production')
    expect(place.written()).toMatchObject({ NODE_ENV: 'production', PUBLIC_URL: 'https://login.example.com' })
    expect(place.written()).not.toHaveProperty('DINGTALK_API_URL')
    expect((await run(place, ['--yes', '--emulator', place.dingtalk.url, '--force'])).exitCode).toBe(0)
    expect(place.written()).not.toHaveProperty('NODE_ENV')
    expect(place.written()).toMatchObject({ DINGTALK_API_URL: place.dingtalk.url, DINGTALK_APP_ID: APP.id })
  })

  it('warns of a front end on another site, and of an environment that wins', async () => {
    await using place = await createSetupPlace()
    const args = [...BASIC, '--frontend-url', 'https://app.example.org/', '--offline']
    const { exitCode, output } = await run(place, args, { env: { ...SECRET, DINGTALK_AUDIENCE: 'anyone' } })
    expect(exitCode).toBe(0)
    expect(output).toMatch(/FRONTEND_URL: .*another site/)
    expect(output).toMatch(/DINGTALK_AUDIENCE: .*environment/)
  })

  it('names the scripts of npm to whoever came by them', async () => {
    await using place = await createSetupPlace()
    const { output } = await run(place, [...BASIC, '--offline'], { env: { ...SECRET, npm_lifecycle_event: 'setup' } })
    expect(output).toContain('Go on with: npm start\n')
    expect(output).toContain('npm run users -- make-admin NAME')
  })
})
