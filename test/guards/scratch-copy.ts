import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Guard } from './guards.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LEFT_OUT = ['node_modules', '.git', '.env', 'data', 'dist', 'dist-bench']

const report = z.object({
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
})

/** What became of one file: the first test that failed, or why there was none to run. */
interface Outcome {
  failed?: string | undefined
  problem?: string | undefined
}

/** A copy of this project, in which a guard can be taken away; its programs are compiled once, with all guards. */
export class ScratchCopy {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'guards-'))

  constructor() {
    // Some tests run the compiled server as another user, who has to get as far as here.
    chmodSync(this.#directory, 0o755)
    cpSync(ROOT, this.#directory, {
      recursive: true,
      filter: (source) => !LEFT_OUT.includes(path.relative(ROOT, source)),
    })
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(this.#directory, 'node_modules'))
    this.#compile()
  }

  /** @throws where the text does not stand there exactly once: then the list is behind the source */
  replace({ file, find, replace = '', isCompiled = false }: Guard): void {
    const text = readFileSync(path.join(ROOT, 'src', file), 'utf8')
    const found = text.split(find).length - 1
    if (found !== 1) throw new Error(`src/${file} holds this ${found} times, not once: ${find}`)
    writeFileSync(
      path.join(this.#directory, 'src', file),
      text.replace(find, () => replace),
    )
    this.#make(file, isCompiled)
  }

  restore({ file, isCompiled = false }: Guard): void {
    cpSync(path.join(ROOT, 'src', file), path.join(this.#directory, 'src', file))
    this.#make(file, isCompiled)
  }

  /** Runs this file of tests on SQLite, up to the first failure, with time enough: a busy machine must not pass for a kill. */
  async run(file: string): Promise<Outcome> {
    const output = path.join(this.#directory, 'report.json')
    rmSync(output, { force: true })
    const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs')
    const only = [
      '--project',
      'SQLite',
      '--bail',
      '1',
      '--test-timeout',
      '60000',
      '--reporter',
      'json',
      '--outputFile',
      output,
    ]
    const log = await this.#node([vitest, 'run', ...only, `test/${file}`])
    const { testResults } = report.parse(JSON.parse(readFileSync(output, 'utf8')))
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
    const failed = tests.find(({ status }) => status === 'failed')?.fullName
    if (failed !== undefined) return { failed }
    const message = testResults.map(({ message }) => message).join('\n')
    if (message || !tests.some(({ status }) => status === 'passed')) return { problem: message || log || 'no test ran' }
    return {}
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** What is made of the source, where it does not run as it is. */
  #make(file: string, isCompiled: boolean): void {
    if (file.startsWith('pages/in-client/')) {
      const bundler = "import { bundleInClient } from './src/cli/bundle-in-client.mjs'; bundleInClient('.')"
      execFileSync(process.execPath, ['--input-type=module', '-e', bundler], { cwd: this.#directory })
    }
    if (isCompiled) this.#compile()
  }

  #compile(): void {
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: this.#directory })
    for (const files of [
      'pages/assets',
      'emulator/assets',
      'demo/front-end',
      'adapters/database/checkpoint-thread.mjs',
    ])
      cpSync(path.join(ROOT, 'src', files), path.join(this.#directory, 'dist', files), { recursive: true })
  }

  /** What it printed, whether or not it failed. What a failed test has left running ends with it. */
  async #node(args: string[]): Promise<string> {
    const env = { ...process.env, TEST_DATABASE_URL: '' }
    for (const name of Object.keys(env)) if (name.startsWith('VITEST')) Reflect.deleteProperty(env, name)
    const child = spawn(process.execPath, args, {
      cwd: this.#directory,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        printed += chunk
      })
    }
    await once(child, 'exit')
    endGroup(child.pid)
    return printed
  }
}

/** Ends what is left of the group of processes that this one began. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
