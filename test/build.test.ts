import { execFile } from 'node:child_process'
import {
  accessSync,
  appendFileSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { MINUTE } from '../src/time.js'
import { Browser } from './support/browser.js'
import { Command, freePort } from './support/command.js'
import { createWorld, PUBLIC_URL } from './support/world.js'

const PROJECT = fileURLToPath(new URL('../', import.meta.url))

// What a build is made of, and what `npm run build` has made of it.
const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
for (const name of [
  'src',
  'prisma',
  'dist',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
])
  cpSync(path.join(PROJECT, name), path.join(directory, name), { recursive: true })
cpSync(path.join(PROJECT, 'test/bench'), path.join(directory, 'test/bench'), { recursive: true })
symlinkSync(path.join(PROJECT, 'node_modules'), path.join(directory, 'node_modules'), 'junction')
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const inDist = (file: string) => path.join(directory, 'dist', file)

async function build(): Promise<{ exitCode: number; output: string }> {
  const built = promisify(execFile)(process.execPath, ['src/cli/build.mjs'], { cwd: directory })
  return built.then(
    ({ stdout }) => ({ exitCode: 0, output: stdout }),
    ({ code, stdout, stderr }) => ({ exitCode: code, output: stdout + stderr }),
  )
}

describe('npm run build', () => {
  it('makes nothing again whose sources are the same', async () => {
    const before = statSync(inDist('cli/main.js'))
    expect(await build()).toEqual({ exitCode: 0, output: 'dist is up to date.\n' })
    expect(statSync(inDist('cli/main.js'))).toEqual(before)
  })

  it("makes the package's command, which the system can run", () => {
    const { bin } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8'))
    const file = path.join(directory, bin['dingtalk-login'])
    accessSync(file, constants.X_OK)
    expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  it(
    'leaves a program that runs what it loads late',
    async () => {
      await using world = await createWorld()
      const port = await freePort()
      const env = { ...world.settings, PORT: String(port) }
      await using server = new Command(process.execPath, { env, args: ['dist/cli/main.js', 'start'], cwd: directory })
      await server.printed(/"listening"/)

      appendFileSync(path.join(directory, 'src/time.ts'), '\nexport const FORTNIGHT = 14 * DAY\n')
      // What a source that is gone has left.
      writeFileSync(inDist('cli/retired.js'), '')
      const inodes = () => ['main.js', 'cli/retired.js'].map((file) => statSync(inDist(file)).ino)
      const before = inodes()
      let isWhole = true
      const watch = setInterval(() => {
        isWhole &&= ['main.js', 'time.js', 'cli/retired.js', 'pages/assets/login.js'].every((f) =>
          existsSync(inDist(f)),
        )
      }, 5)
      expect(await build()).toMatchObject({ exitCode: 0 })
      clearInterval(watch)
      expect(isWhole).toBe(true)
      expect(inodes()).toEqual(before)
      expect((await import(inDist('time.js'))).FORTNIGHT).toBe(1_209_600_000)

      // The first question to the database, and the first to DingTalk.
      const browser = new Browser(`http://127.0.0.1:${port}`, PUBLIC_URL)
      await browser.logIn()
      await browser.get('/me').expect(200)
      expect(await server.stop('SIGTERM')).toBe(0)
    },
    2 * MINUTE,
  )

  it(
    'changes nothing where a source does not compile',
    async () => {
      const before = statSync(inDist('time.js'))
      appendFileSync(path.join(directory, 'src/time.ts'), '\nexport const YEAR: string = 365 * DAY\n')
      const { exitCode, output } = await build()
      expect(exitCode).toBe(1)
      expect(output).toMatch(/src\/time\.ts.*TS2322/)
      expect(statSync(inDist('time.js'))).toEqual(before)
      expect(readdirSync(directory).filter((name) => name.startsWith('dist'))).toEqual(['dist'])
      expect((await build()).exitCode).toBe(1)
    },
    2 * MINUTE,
  )
})
