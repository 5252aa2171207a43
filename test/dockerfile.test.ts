import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE } from '../src/time.js'
import { Command, freePort } from './support/command.js'
import {
  build,
  dockerignore,
  execFormOf,
  type Image,
  isInstalledByLock,
  packagesIn,
  readDockerfile,
} from './support/dockerfile.js'

const PROJECT = fileURLToPath(new URL('../', import.meta.url))
const read = (file: string) => readFileSync(path.join(PROJECT, file), 'utf8')

const stages = readDockerfile(read('Dockerfile'))
const last = stages.at(-1)
if (!last) throw new Error('the Dockerfile has no stage')
const valuesOf = (instruction: string) =>
  last.steps.filter((step) => step.instruction === instruction).map(({ value }) => value)

describe('the Dockerfile', () => {
  it('begins every stage with the same long-term Node, of an exact version', () => {
    const bases = new Set(stages.map(({ base }) => base))
    expect([...bases]).toEqual([expect.stringMatching(/^node:2[24]\.\d+\.\d+-bookworm-slim$/)])
  })

  it('installs and compiles in the first stage alone', () => {
    expect(stages).toHaveLength(2)
    expect(valuesOf('RUN')).toEqual([])
  })

  it('runs Node itself, for production and not as root', () => {
    expect(execFormOf(last, 'CMD')).toEqual(['node', 'dist/cli/main.js', 'start'])
    expect(valuesOf('ENTRYPOINT')).toEqual([])
    expect(valuesOf('USER')).toEqual(['node'])
    expect(valuesOf('ENV')).toEqual(['NODE_ENV=production'])
    expect(valuesOf('EXPOSE')).toEqual(['8000'])
  })

  it('sees nothing of this folder but what it is made of', () => {
    const keeps = dockerignore(read('.dockerignore'))
    for (const file of ['.env', '.git', 'data/login.db', 'node_modules', 'dist', 'src/generated', 'test', 'deploy'])
      expect(keeps(file), file).toBe(false)
    for (const file of ['package-lock.json', 'src', 'src/main.ts', 'prisma/schema.prisma'])
      expect(keeps(file), file).toBe(true)
  })
})

const isOn = process.env.TEST_DOCKERFILE === '1'
if (!isOn) console.log("skipped: TEST_DOCKERFILE=1 runs the Dockerfile's steps, which takes minutes")

describe.runIf(isOn)("the Dockerfile's steps, in a clean folder", () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  const isRoot = process.getuid?.() === 0
  /** Stands for the user `node`: nobody here, who may write nowhere else. */
  const user = isRoot ? 65_534 : undefined
  const skipped: string[] = []
  let image: Image

  beforeAll(() => {
    chmodSync(directory, 0o755)
    // What belongs to the test run would change what npm does.
    const { NODE_ENV: _, ...env } = process.env
    image = build(stages, {
      context: PROJECT,
      directory,
      env,
      owner: user,
      instead: (command, workingDirectory) => {
        if (command.startsWith('apt-get ')) return skipped.push(command) > 0
        if (command !== 'npm ci' || !isInstalledByLock(PROJECT)) return false
        // Not a link to it: what is copied is pruned.
        cpSync(realpathSync(path.join(PROJECT, 'node_modules')), path.join(workingDirectory, 'node_modules'), {
          recursive: true,
          verbatimSymlinks: true,
        })
        return true
      },
    })
  }, 10 * MINUTE)
  afterAll(() => rmSync(directory, { recursive: true, force: true }), 2 * MINUTE)

  const startIt = async (port: number) => {
    const [program = '', ...args] = execFormOf(last, 'CMD')
    const settings = {
      PUBLIC_URL: `http://localhost:${port}`,
      DINGTALK_APP_ID: 'dingtest',
      DINGTALK_APP_SECRET: 'a-secret-of-the-application',
      SESSION_SECRETS: 'a-secret-for-tests-of-32-characters-or-more',
    }
    const env = { PATH: process.env.PATH ?? '', ...image.env, PORT: String(port), ...settings }
    const server = new Command(program, { args, cwd: image.workingDirectory, env, user })
    await server.printed(/"listening"/)
    return { server, env }
  }

  it('need nothing of Debian but the compilers', () => {
    expect(skipped).toEqual([expect.stringContaining('--no-install-recommends python3 make g++ ')])
  })

  it('leave the program, its migrations and its libraries, and nothing else', () => {
    const files = readdirSync(image.workingDirectory).sort()
    expect(files).toEqual(['data', 'dist', 'node_modules', 'package.json', 'prisma'])
    expect(readdirSync(path.join(image.workingDirectory, 'data'))).toEqual([])
    expect(existsSync(path.join(image.workingDirectory, 'dist/cli/main.js'))).toBe(true)
  })

  it('leave no library that only development needs', () => {
    const lock: Record<string, { dev?: boolean; devOptional?: boolean }> = JSON.parse(
      read('package-lock.json'),
    ).packages
    const needed = Object.entries(lock).filter(([, { dev, devOptional }]) => !dev && !devOptional)
    const names = new Set(needed.map(([place]) => place.replace(/^.*node_modules\//, '')))
    const packages = packagesIn(path.join(image.workingDirectory, 'node_modules'))
    expect(packages).toContain('express')
    expect(packages.filter((name) => !names.has(name))).toEqual([])
    for (const name of ['typescript', 'vitest', 'prisma', 'node-gyp']) expect(packages).not.toContain(name)
  })

  it('start as the server does, answer, are healthy, and end with 0', async () => {
    const port = await freePort()
    const { server, env } = await startIt(port)
    await using _ = server
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`)
    expect(answer.status).toBe(200)

    const [program = '', ...args] = execFormOf(last, 'HEALTHCHECK')
    const check = (set: Record<string, string>) =>
      spawnSync(program, args, { env: { ...env, ...set }, encoding: 'utf8' }).status
    expect(check({})).toBe(0)
    expect(check({ PORT: String(await freePort()) })).toBe(1)

    expect(await server.stop('SIGTERM')).toBe(0)
    expect(existsSync(path.join(image.workingDirectory, 'data/login.db'))).toBe(true)
  })

  it('hold what the backup of docs/deploying.md needs', async () => {
    const { server, env } = await startIt(await freePort())
    await using _ = server
    const [, command = ''] = /docker exec login node (.+ backup .+)$/m.exec(read('docs/deploying.md')) ?? []
    const backup = new Command('node', { args: command.split(' '), cwd: image.workingDirectory, env, user })
    expect(await backup.ended(), backup.output).toBe(0)
    const copy = new Database(path.join(image.workingDirectory, 'data/backup.db'), { readonly: true })
    expect(copy.prepare('SELECT count(*) AS people FROM "User"').get()).toEqual({ people: 0 })
    copy.close()
    expect(await server.stop('SIGTERM')).toBe(0)
  })
})
