import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { startEmulator } from '../../src/emulator/emulator.js'

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

// Windows knows no signals: a process that is told to stop is killed.
const onWindows = process.platform === 'win32'

function run(env: Record<string, string>) {
  const { NODE_ENV: _testEnv, ...inherited } = process.env
  return spawn(process.execPath, [PROGRAM, 'emulator'], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function outcomeOf(child: ReturnType<typeof run>) {
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { exitCode: child.exitCode, stdout, stderr }
}

async function firstLine(child: ReturnType<typeof run>): Promise<string> {
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return String(line)
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

if (onWindows) console.log('skipped: the stop by a signal; it needs a system that has signals')

// It runs what `npm run build` has made: node alone does not read TypeScript.
describe('npm run emulator', () => {
  it.skipIf(onWindows).each(['SIGINT', 'SIGTERM'] as const)(
    'serves until %s, and leaves nothing behind',
    async (signal) => {
      const child = run({ EMULATOR_PORT: '0', EMULATOR_PUBLIC_URL: 'http://emulator.example' })
      try {
        expect(await firstLine(child)).toContain('http://emulator.example')
        child.kill(signal)
        const [code] = await once(child, 'close')
        expect(code).toBe(0)
      } finally {
        if (!isGone(child)) child.kill('SIGKILL')
      }
    },
  )

  it.skipIf(onWindows)('prints its address, is there, and ends although a response hangs', async () => {
    const child = run({ EMULATOR_PORT: '0' })
    try {
      const [address = ''] = /http:\/\/localhost:\d+/.exec(await firstLine(child)) ?? []
      const response = await fetch(`${address}/assets/emulator.css`)
      expect(response.status).toBe(200)
      await response.text()
      // A response that never comes does not hold up the end.
      const order = JSON.stringify({ call: 'gettoken', fault: 'hang' })
      const headers = { 'Content-Type': 'application/json' }
      await (await fetch(`${address}/_emulator/faults`, { method: 'POST', headers, body: order })).text()
      const hanging = fetch(`${address}/gettoken`).catch(() => 'dropped')
      child.kill('SIGTERM')
      const [code] = await once(child, 'close')
      expect(code).toBe(0)
      expect(await hanging).toBe('dropped')
    } finally {
      if (!isGone(child)) child.kill('SIGKILL')
    }
  })

  it('refuses production', async () => {
    const { exitCode, stdout, stderr } = await outcomeOf(run({ EMULATOR_PORT: '0', NODE_ENV: 'production' }))
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/^The DingTalk emulator.+NODE_ENV=production\.\n$/)
  })

  it('names a port that is taken, in one line', async () => {
    await using emulator = await startEmulator({ host: '' })
    const { port } = new URL(emulator.url)
    const { exitCode, stderr } = await outcomeOf(run({ EMULATOR_PORT: port }))
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `EMULATOR_PORT: port ${port} is taken\n`,
    })
  })

  it('names a wrong setting', async () => {
    const { exitCode, stderr } = await outcomeOf(run({ EMULATOR_PORT: 'nine', EMULATOR_PUBLIC_URL: 'ftp://x' }))
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^Settings of the emulator: EMULATOR_PORT must be a port; EMULATOR_PUBLIC_URL must be .+\n$/)
  })
})
