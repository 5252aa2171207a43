import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { MINUTE } from '../src/time.js'

const PROJECT = fileURLToPath(new URL('../', import.meta.url))
const VERSIONS = ['20.19.6', '22.23.3', '24.9.0']
/** Those that open no SQLite file: its binary is made for the one Node that npm ran on. */
const FILES = [
  ...['access-rules', 'config', 'dingtalk-client', 'directory-profile', 'group-index', 'lookup-queue', 'nick'],
  ...['directory-events', 'signature', 'table'],
].map((name) => `test/${name}.test.ts`)

const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }), 2 * MINUTE)

/** The package that `node` brings its program from for this machine: no script of it is run. */
function fetchNode(version: string): string | undefined {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const prefix = path.join(directory, version)
  const args = ['install', '--prefix', prefix, '--no-save', '--ignore-scripts', `${name}@${version}`]
  const { status } = spawnSync('npm', args, { stdio: 'ignore', shell: process.platform === 'win32' })
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  return status === 0 ? path.join(prefix, 'node_modules', name, 'bin', program) : undefined
}

const isOn = process.env.TEST_NODES === '1'
if (!isOn) console.log('skipped: TEST_NODES=1 fetches Node 20.19, 22 and 24 from npm and runs tests on each')
const nodes = isOn ? VERSIONS.map((version) => ({ version, node: fetchNode(version) })) : []
for (const { version, node } of nodes) if (!node) console.log(`skipped: npm brings no Node ${version} for this machine`)

describe.each(nodes.filter(({ node }) => node))('Node $version', ({ version, node = '' }) => {
  it('runs the program', () => {
    expect(execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()).toBe(`v${version}`)
    const program = path.join(PROJECT, 'dist/cli/main.js')
    expect(execFileSync(node, [program, '--help'], { encoding: 'utf8' })).toContain('check-config')
    const { status, stderr } = spawnSync(node, [program, 'check-config'], { cwd: directory, encoding: 'utf8', env: {} })
    expect(status).toBe(1)
    expect(stderr).toContain('SESSION_SECRETS: is missing')
  })

  it(
    'passes the tests that need no binary',
    () => {
      const vitest = path.join(PROJECT, 'node_modules/vitest/vitest.mjs')
      const args = [vitest, 'run', '--project', 'SQLite', ...FILES]
      const { NODE_OPTIONS: _, TEST_NODES: __, VITEST: ___, ...env } = process.env
      const { status, stdout, stderr } = spawnSync(node, args, { cwd: PROJECT, encoding: 'utf8', env })
      expect(status, stdout + stderr).toBe(0)
      expect(stdout).toContain('passed')
    },
    5 * MINUTE,
  )
})

if (!isOn) describe.skip('Node 20.19, 22 and 24', () => it('run the program', () => {}))
