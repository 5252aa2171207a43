import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Command as Program } from 'commander'
import { afterAll, describe, expect, it } from 'vitest'
import { createProgram } from '../src/cli/program.js'
import { hasColours } from '../src/cli/style.js'
import { createWorld } from './support/world.js'

const PROGRAM = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is
const COLOUR = /\u001b\[\d+m/g
const EMPTY = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
afterAll(() => rmSync(EMPTY, { recursive: true }))

/** Runs a command in an empty folder; the two outputs apart. */
async function run(args: string[], env: Record<string, string | undefined> = {}, cwd = EMPTY) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { exitCode: child.exitCode, stdout, stderr }
}

/** All commands that do something, by their words. */
function leavesOf(command: Program, before: string[] = []): { words: string[]; command: Program }[] {
  return command.commands.flatMap((inner) => {
    const words = [...before, inner.name()]
    return inner.commands.length > 0 ? leavesOf(inner, words) : [{ words, command: inner }]
  })
}

const leaves = leavesOf(createProgram())
const groups = [...new Set(leaves.map(({ words }) => words.slice(0, -1).join(' ')))].filter(Boolean)
/** They run until they are stopped, or ask people. */
const NOT_FOR_PROGRAMS = ['start', 'emulator', 'demo', 'setup']

describe('colours', () => {
  const terminal = { isTTY: true }
  it.each([
    ['are for terminals', terminal, {}, true],
    ['are not for pipes and files', {}, {}, false],
    ['are not for a terminal that shows none', terminal, { TERM: 'dumb' }, false],
    ['are left out by NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['are not left out by an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['are everywhere with FORCE_COLOR', {}, { FORCE_COLOR: '1' }, true],
    ['are nowhere with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
  ])('%s', (_title, stream, env, expected) => {
    expect(hasColours(stream, env)).toBe(expected)
  })

  // Eleven programs, one after the other.
  it('are the same text as without', { timeout: 60_000 }, async () => {
    await using world = await createWorld()
    await world.browser().logIn()
    for (const args of [
      ['users', 'list'],
      ['users', 'show', '张三'],
      ['groups', 'list'],
      ['keys', 'list'],
    ]) {
      const env = { DATABASE_URL: world.settings.DATABASE_URL }
      const plain = await run(args, env)
      const coloured = await run(args, { ...env, FORCE_COLOR: '1' })
      expect(plain.stdout).not.toMatch(COLOUR)
      expect(coloured.stdout.replaceAll(COLOUR, '')).toBe(plain.stdout)
    }
    expect((await run(['users', 'list'], { ...world.settings, FORCE_COLOR: '1' })).stdout).toMatch(COLOUR)
    const [faulty, faultless] = [
      { PORT: 'many', FORCE_COLOR: '1' },
      { ...world.settings, FORCE_COLOR: '1' },
    ]
    expect((await run(['check-config'], faulty)).stderr).toContain('\u001b[31mThe settings cannot be used')
    expect((await run(['check-config', '--online'], faultless)).stdout).toContain('\u001b[32min order')
    expect((await run(['--help'], { FORCE_COLOR: '1' })).stdout).toContain('\u001b[1mUsage:')
    expect((await run(['--help'])).stdout).not.toMatch(COLOUR)
  })
})

describe('--json', () => {
  it.each(leaves.filter(({ words }) => !NOT_FOR_PROGRAMS.includes(words[0] ?? '')))(
    'is an option of $words',
    ({ command }) => {
      expect(command.options.map(({ long }) => long)).toContain('--json')
    },
  )

  it('prints exactly one document, whatever FORCE_COLOR says, and one a line beside it', async () => {
    await using world = await createWorld()
    await world.browser().logIn()
    writeFileSync(path.join(EMPTY, 'access.yaml'), 'groups: { testers: { userids: ["0123"] } }\n')
    const secrets = { SESSION_SECRETS: 'a-secret-for-tests-of-32-characters-or-more' }
    for (const words of [
      'users list',
      'users show 张三',
      'users disable 张三',
      'users enable 张三',
      'users end-sessions 张三',
      'users make-admin 张三',
      'users unmake-admin 张三',
      'users set-handle union-of-nobody somebody',
      'users export',
      'users export people.jsonl',
      'users import people.jsonl --dry-run',
      'groups add team --userid 0123',
      'groups show team',
      'groups list',
      'groups change team --role 1',
      'apps add wiki --name Wiki --redirect-uri https://wiki.example.com/cb --group team',
      'apps show wiki',
      'apps show wiki --for grafana',
      'apps list',
      'apps change wiki --everyone',
      'apps rotate-secret wiki',
      'apps export',
      'apps apply access.yaml --dry-run',
      'apps remove wiki',
      'groups remove team',
      'keys list',
      'keys rotate',
      'check-config --online',
      'users delete 张三 --yes',
    ]) {
      const env = { ...world.settings, ...secrets, FORCE_COLOR: '1' }
      const { exitCode, stdout, stderr } = await run([...words.split(' '), '--json'], env)
      expect(exitCode, words + stderr).toBe(0)
      expect(() => JSON.parse(stdout), words).not.toThrow()
      expect(stdout + stderr, words).not.toMatch(COLOUR)
      for (const line of stderr.split('\n').filter(Boolean)) expect(() => JSON.parse(line), words + line).not.toThrow()
    }
  }, 60_000)

  it('says what went wrong in one document on standard error', async () => {
    await using world = await createWorld()
    const failures = async (words: string, env: Record<string, string | undefined> = world.settings) => {
      const { exitCode, stdout, stderr } = await run([...words.split(' '), '--json'], { ...env, FORCE_COLOR: '1' })
      expect(stdout).toBe('')
      return { exitCode, ...JSON.parse(stderr) }
    }
    expect(await failures('users show nobody')).toEqual({
      exitCode: 1,
      error: 'not_done',
      message: 'Nobody here is called nobody.',
    })
    expect(await failures('groups add team --group missing')).toMatchObject({
      exitCode: 1,
      error: 'not_done',
      faults: [expect.objectContaining({ path: expect.stringContaining('groups') })],
    })
    expect(await failures('users list', { DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none' })).toMatchObject({
      exitCode: 1,
      error: 'service_unavailable',
      message: expect.stringMatching(/^DATABASE_URL: /),
    })
    expect(await failures('users list', { DATABASE_URL: 'http://x' })).toMatchObject({
      exitCode: 1,
      error: 'wrong_settings',
      faults: [expect.objectContaining({ setting: 'DATABASE_URL' })],
    })
    for (const [words, message] of [
      ['users', /^unknown option '--json'/],
      ['users lst', /^unknown command 'lst'/],
      ['users show', /^missing required argument 'name'/],
      ['apps add x', /^required option '--name <name>'/],
      ['check-config --fast', /^unknown option '--fast'/],
    ] as const) {
      const failure = await failures(words)
      expect(failure).toMatchObject({ exitCode: 2, error: 'wrong_usage' })
      expect(failure.message).toMatch(message)
    }
  })

  it('of check-config holds the faults themselves, and where to look', async () => {
    const wrong = await run(['check-config', '--json'], { PORT: 'many', TRUST_PROXY: 'true' })
    expect(wrong).toMatchObject({ exitCode: 1, stderr: '' })
    const { ok, faults, console: paste } = JSON.parse(wrong.stdout)
    expect({ ok, paste }).toEqual({ ok: false, paste: null })
    expect(faults.map(({ setting }: { setting: string }) => setting)).toEqual(
      expect.arrayContaining(['PORT', 'TRUST_PROXY', 'SESSION_SECRETS']),
    )

    await using world = await createWorld()
    const settings = { ...world.settings, FRONTEND_URI: 'x' }
    writeFileSync(path.join(EMPTY, 'settings.env'), 'FRONTEND_URI=x\n')
    const judged = await run(['check-config', '--env-file', 'settings.env', '--json'], settings)
    expect(judged.exitCode).toBe(0)
    expect(JSON.parse(judged.stdout)).toMatchObject({
      ok: true,
      faults: [],
      warnings: expect.arrayContaining([expect.objectContaining({ setting: 'FRONTEND_URI' })]),
      console: { callback: expect.stringMatching(/\/callback$/), text: expect.stringContaining('回调') },
      online: null,
    })

    world.dingtalk.failNext('gettoken', { errcode: 60020 })
    const asked = await run(['check-config', '--online', '--json'], world.settings)
    expect(asked.exitCode).toBe(1)
    expect(JSON.parse(asked.stdout)).toMatchObject({
      ok: false,
      online: [
        { question: 'login', state: 'in order', words: null },
        { question: 'directory', state: 'fault', words: expect.stringContaining('gettoken answered 60020') },
      ],
    })
  })
})

describe('help', () => {
  it('is what the program says without a command, with 0', async () => {
    const alone = await run([])
    expect(alone).toMatchObject({ exitCode: 0, stderr: '' })
    expect(alone.stdout).toMatch(/^Usage: dingtalk-login /)
    for (const flag of ['-h', '--help']) expect(await run([flag])).toEqual(alone)
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each(leaves)('of $words says what it does', ({ command }) => {
    expect(command.description()).toMatch(/\S/)
    for (const { flags, description } of command.options) expect(description, flags).toMatch(/\S/)
  })

  it.each(['', 'check-config', ...groups])('has examples that the program understands: %s', async (name) => {
    const { stdout } = await run([...name.split(' ').filter(Boolean), '--help'])
    const examples = [...stdout.matchAll(/^ {2}dingtalk-login (.+)$/gm)].map(([, words = '']) => words)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) {
      const words = example.replace(/ > .*/, '').split(' ')
      const found = leaves.find(({ words: own }) => own.every((word, n) => words[n] === word))
      expect(found, example).toBeDefined()
      const options = words.filter((word) => word.startsWith('--'))
      for (const option of options)
        expect(
          found?.command.options.map(({ long }) => long),
          example,
        ).toContain(option)
    }
  })

  it.each([
    ['user list', 'Did you mean users?'],
    ['users lst', 'Did you mean list?'],
    ['users list --jsn', 'Did you mean --json?'],
    ['check-confg', 'Did you mean check-config?'],
  ])('names what is nearest to %s', async (words, hint) => {
    const { exitCode, stdout, stderr } = await run(words.split(' '))
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(hint)
  })

  it.each(['stdout', 'stderr'] as const)('is no failure where nobody reads it to its end: %s', async (output) => {
    await using world = await createWorld()
    for (const args of [['--help'], ['users', 'list'], ['groups', 'list', '--json'], ['users', 'fly']]) {
      const env = { DATABASE_URL: world.settings.DATABASE_URL }
      const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: EMPTY, env, stdio: ['ignore', 'pipe', 'pipe'] })
      child[output].destroy()
      const other = output === 'stdout' ? child.stderr : child.stdout
      const [said] = await Promise.all([text(other), once(child, 'close')])
      expect(child.exitCode, args.join(' ')).toBe(args.includes('fly') ? 2 : 0)
      expect(said).not.toContain('EPIPE')
    }
  })
})
