import { once } from 'node:events'
import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MINUTE } from '../src/time.js'
import { npm, run } from './support/npm.js'
import { ProjectCopy } from './support/project-copy.js'

const hasGit = (await run('git', ['--version'], { cwd: '.' })).exitCode === 0
if (!hasGit) console.log('skipped: npm run release, which needs git')
const onWindows = process.platform === 'win32'
if (onWindows) console.log('skipped: a release that a hook of git refuses; it needs files that are programs')

const FILES = ['package.json', 'package-lock.json', 'CHANGELOG.md']
const NOTES = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-01-01\n\n- The first.\n'

describe.runIf(hasGit)('npm run release', () => {
  let project: ProjectCopy
  /** Stands for npm's registry, and is never asked. */
  const registry = createServer()
  let asked = 0
  let first: string

  const git = async (...args: string[]) => {
    const { exitCode, output } = await run('git', args, { cwd: project.directory })
    if (exitCode !== 0) throw new Error(output)
    return output.trim()
  }
  const read = (file: string) => readFileSync(project.path(file), 'utf8')
  const release = (...args: string[]) =>
    npm(['run', 'release', '--', ...args], {
      cwd: project.directory,
      env: { npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/` },
    })
  /** All that a release may change. */
  const state = async () => ({
    files: FILES.map(read),
    head: await git('rev-parse', 'HEAD'),
    tags: await git('tag'),
    status: await git('status', '--porcelain'),
    isPacked: existsSync(project.path('release/dingtalk-login-0.2.0.tgz')),
  })

  beforeAll(async () => {
    project = new ProjectCopy()
    registry.on('request', (_req, res) => {
      asked += 1
      res.writeHead(500).end()
    })
    registry.listen(0, '127.0.0.1')
    await once(registry, 'listening')
    writeFileSync(project.path('CHANGELOG.md'), NOTES)
    for (const file of ['package.json', 'package-lock.json'])
      writeFileSync(project.path(file), read(file).replace(/"version": "[^"]+"/, '"version": "0.1.0"'))
    await git('init', '--quiet', '--initial-branch', 'main')
    for (const [name, value] of [
      ['user.name', 'the dingtalk-login authors'],
      ['user.email', 'authors@login.test'],
    ])
      await git('config', name ?? '', value ?? '')
    // The link to the libraries is no folder, as .gitignore has it.
    writeFileSync(project.path('.git/info/exclude'), 'node_modules\n')
    await git('add', '--all')
    await git('commit', '--quiet', '-m', 'Begin')
    first = await git('rev-parse', 'HEAD')
  }, MINUTE)
  beforeEach(async () => {
    await git('checkout', '--quiet', '--force', 'main')
    await git('reset', '--quiet', '--hard', first)
    await git('clean', '--quiet', '--force')
  })
  afterAll(() => {
    registry.close()
    project[Symbol.dispose]()
  })

  it(
    'does all but publish',
    async () => {
      const { exitCode, output } = await release('minor', '--check', 'node -e "console.log(40 + 2)"')
      expect(output).toMatch(/^Checking with: node -e .*\n42$/m)
      expect(output).toContain('git push origin main v0.2.0\n  npm publish ./release/dingtalk-login-0.2.0.tgz\n')
      expect(exitCode).toBe(0)
      expect(JSON.parse(read('package.json')).version).toBe('0.2.0')
      const lock = JSON.parse(read('package-lock.json'))
      expect([lock.version, lock.packages[''].version]).toEqual(['0.2.0', '0.2.0'])
      const today = new Date().toISOString().slice(0, 10)
      expect(read('CHANGELOG.md')).toBe(NOTES.replace('[Unreleased]\n', `[Unreleased]\n\n## [0.2.0] - ${today}\n`))
      expect(await git('log', '--format=%s', `${first}..v0.2.0`)).toBe('Release 0.2.0')
      expect(await git('show', '--format=', '--name-only', 'HEAD')).toBe([...FILES].sort().join('\n'))
      expect(await git('status', '--porcelain')).toBe('')
      expect(existsSync(project.path('release/dingtalk-login-0.2.0.tgz'))).toBe(true)
      expect(asked).toBe(0)
      const again = await release('0.2.1', '--check', 'node -e 0')
      expect(again).toMatchObject({ exitCode: 1, output: expect.stringContaining('[Unreleased] is empty') })
      await git('tag', '--delete', 'v0.2.0')
      rmSync(project.path('release'), { recursive: true })
    },
    3 * MINUTE,
  )

  it.each([
    ['a change that is not committed', 'not committed', () => appendFileSync(project.path('README.md'), '\n')],
    ['a file that is not known', 'not committed', () => writeFileSync(project.path('note.txt'), '')],
    ['another branch', 'on main', () => git('checkout', '--quiet', '-b', `other-${Date.now()}`)],
  ])('begins nothing with %s', async (_what, why, prepare) => {
    await prepare()
    const before = await state()
    expect(await release('minor', '--check', 'node -e 0')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining(why),
    })
    expect(await state()).toEqual(before)
  })

  it.each([
    ['no version', [], 'Usage: npm run release'],
    ['a version of another kind', ['1.0.0-beta.1'], 'Usage: npm run release'],
    ['the version that there is', ['0.1.0'], 'is not higher than 0.1.0'],
    ['a lower version', ['0.0.9'], 'is not higher than 0.1.0'],
    ['two versions', ['1.0.0', '2.0.0'], 'One version at a time'],
  ])('takes %s for wrong', async (_what, args, why) => {
    const before = await state()
    expect(await release(...args)).toMatchObject({ exitCode: 1, output: expect.stringContaining(why) })
    expect(await state()).toEqual(before)
  })

  it('leaves all as it was where a check fails', async () => {
    const before = await state()
    const { exitCode, output } = await release('minor', '--check', 'node -e "process.exit(3)"')
    expect({ exitCode, output }).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('everything is as it was'),
    })
    expect(await state()).toEqual(before)
  })

  it(
    'leaves all as it was where the tarball holds what does not belong there',
    async () => {
      writeFileSync(project.path('docs/private.pem'), 'x')
      await git('add', '--all')
      await git('commit', '--quiet', '-m', 'Add a key')
      const before = await state()
      const { exitCode, output } = await release('minor', '--check', 'node -e 0')
      expect(output).toContain('docs/private.pem may hold secrets or data')
      expect(exitCode).toBe(1)
      expect(await state()).toEqual(before)
    },
    2 * MINUTE,
  )

  it.skipIf(onWindows).each(['pre-commit', 'reference-transaction'])(
    'leaves all as it was where git refuses, by its hook %s',
    async (hook) => {
      const before = await state()
      const file = project.path(`.git/hooks/${hook}`)
      // The second one lets the commit pass, and refuses the tag.
      writeFileSync(file, hook === 'pre-commit' ? '#!/bin/sh\nexit 1\n' : '#!/bin/sh\n! grep -q refs/tags/\n')
      chmodSync(file, 0o755)
      const { exitCode } = await release('minor', '--check', 'node -e 0')
      writeFileSync(file, '#!/bin/sh\n')
      expect(exitCode).toBe(1)
      expect(await state()).toEqual(before)
    },
    2 * MINUTE,
  )
})

describe('npm publish', () => {
  it('of the folder is refused', async () => {
    using project = new ProjectCopy()
    const { exitCode, output } = await npm(['publish', '--dry-run', '--ignore-scripts=false'], {
      cwd: project.directory,
      env: { npm_config_registry: 'http://127.0.0.1:9/' },
    })
    expect(output).toContain('Nothing was published')
    expect(exitCode).not.toBe(0)
  })
})
