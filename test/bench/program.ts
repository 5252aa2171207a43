import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { freePort } from '../support/command.js'
import type { Answer, Cookies } from './answers.js'

/** The project's folder, as reached from `dist-bench`. */
const ROOT = new URL('../../../', import.meta.url)
/** Linux counts CPU time for programs in hundredths of a second, on every machine. */
const MS_PER_TICK = 10
const START_WITHIN_MS = 20_000
/** What browsers send besides. */
const BROWSER_HEADERS = {
  'user-agent':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'zh-CN,zh;q=0.9',
  'accept-encoding': 'gzip, deflate',
}

const running = new Set<ChildProcess>()
/** However this process ends, its children end too. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A program of this project in a process of its own, which listens on a port of its own. Its log goes nowhere. */
export class Program implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #pool: Pool
  readonly #exited: Promise<unknown>

  private constructor(script: string, port: number, { env, cwd, browsers }: Surroundings) {
    this.port = port
    const [file = '', ...args] = script.split(' ')
    this.#child = spawn(process.execPath, [fileURLToPath(new URL(file, ROOT)), ...args], {
      env: { NODE_ENV: 'production', ...env, PORT: String(port), PUBLIC_URL: originOf(port) },
      cwd,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    running.add(this.#child)
    this.#exited = once(this.#child, 'exit').finally(() => running.delete(this.#child))
    this.#pool = new Pool(originOf(port), { connections: browsers, pipelining: 1 })
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

  get origin(): string {
    return originOf(this.port)
  }

  async get(path: string, cookies: Cookies | string = ''): Promise<Answer> {
    const cookie = typeof cookies === 'string' ? cookies : cookieHeader(cookies)
    const headers = cookie ? { ...BROWSER_HEADERS, cookie } : BROWSER_HEADERS
    const answer = await this.#pool.request({ method: 'GET', path, headers })
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
  }

  /** Sends a form, as an application does. */
  async post(path: string, form: Record<string, string>, authorization: string): Promise<Answer> {
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams(form).toString()
    const answer = await this.#pool.request({ method: 'POST', path, headers, body })
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
  }

  /** Asks with an access token. */
  async getAs(path: string, token: string): Promise<Answer> {
    const answer = await this.#pool.request({ method: 'GET', path, headers: { authorization: `Bearer ${token}` } })
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
  }

  /** User and system time of the whole process so far. */
  cpuMs(): number {
    const stat = this.#proc('stat')
    // The name, in parentheses, may hold spaces; user and system time are the 14th and 15th field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
  }

  /** Resident memory in MB: now, and at its highest. */
  memory(): { nowMb: number; peakMb: number } {
    const status = this.#proc('status')
    const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
    return { nowMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy()
    // Unlike SIGTERM it ends the server without two more seconds of service.
    this.#child.kill('SIGINT')
    await Promise.race([this.#exited, sleep(2000, undefined, { ref: false })])
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  #proc(file: string): string {
    return readFileSync(`/proc/${this.#child.pid}/${file}`, 'utf8')
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
  env: Record<string, string>
  cwd: string
  /** As many connections are kept open to it. */
  browsers: number
}

function originOf(port: number): string {
  return `http://127.0.0.1:${port}`
}

export function cookieHeader(cookies: Cookies): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
