import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../support/command.js'
import { Door } from './door.js'
import { cpuMsOf, handlesOf, memoryOf } from './process-costs.js'

/** The project's folder, as reached from what is compiled. */
const ROOT = new URL('../../../', import.meta.url)
/** Where the bench's own programs are, from there. */
export const COMPILED = path.relative(fileURLToPath(ROOT), import.meta.dirname)
const START_WITHIN_MS = 20_000

const running = new Set<ChildProcess>()
/** However this process ends, its children end too. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A program of this project in a process of its own, which listens on a port of its own. */
export class Program extends Door implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  private constructor(script: string, port: number, { env, cwd, browsers, log }: Surroundings) {
    const origin = `http://127.0.0.1:${port}`
    super(origin, browsers)
    this.port = port
    const [file = '', ...args] = script.split(' ')
    const out = log === undefined ? 'ignore' : openSync(log, 'a')
    this.#child = spawn(process.execPath, [fileURLToPath(new URL(file, ROOT)), ...args], {
      env: { NODE_ENV: 'production', PUBLIC_URL: origin, ...env, PORT: String(port) },
      cwd,
      stdio: ['ignore', out, 'inherit'],
    })
    if (typeof out === 'number') closeSync(out)
    running.add(this.#child)
    this.#exited = once(this.#child, 'exit').finally(() => running.delete(this.#child))
  }

  /** Starts a script, with arguments behind it; gives it when it has answered `/healthz` for the first time, and how long that took. */
  static async start(script: string, surroundings: Surroundings): Promise<{ program: Program; startMs: number }> {
    const port = await freePort()
    const startedAt = performance.now()
    const program = new Program(script, port, surroundings)
    for (;;) {
      if (await program.#isAlive()) return { program, startMs: performance.now() - startedAt }
      if (program.#child.exitCode !== null || performance.now() - startedAt > START_WITHIN_MS)
        throw new Error(`${script} does not start`)
      await sleep(2)
    }
  }

  /** User and system time of the whole process so far. */
  cpuMs(): number {
    return cpuMsOf(this.#child.pid)
  }

  memory(): { nowMb: number; peakMb: number } {
    return memoryOf(this.#child.pid)
  }

  handles(): string[] {
    return handlesOf(this.#child.pid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave()
    // Unlike SIGTERM it ends the server without two more seconds of service.
    this.#child.kill('SIGINT')
    await Promise.race([this.#exited, sleep(2000, undefined, { ref: false })])
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  async #isAlive(): Promise<boolean> {
    try {
      return (await this.get('/healthz')).status === 200
    } catch {
      return false
    }
  }
}

export interface Surroundings {
  /** May name a PUBLIC_URL other than its own address. */
  env: Record<string, string>
  cwd: string
  /** As many connections are kept open to it. */
  browsers: number
  /** The file of its log, which else goes nowhere. */
  log?: string
}
