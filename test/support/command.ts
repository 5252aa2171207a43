import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

interface Options {
  env?: Record<string, string>
  args?: string[]
  cwd?: string
  /** What it reads on its standard input, which is else empty. */
  input?: string | undefined
  /** The number of the user and group that it runs as, where not ours. */
  user?: number | undefined
  /** It is the first of a group of processes, and its signals are for all of them, as a terminal's are. */
  isGroup?: boolean
}

interface CompiledOptions extends Options {
  /** A program and its arguments that start Node, in place of Node itself: such as one that takes rights away first. */
  launcher?: string[]
}

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A command of this project, such as `start` or `users`, as compiled by `npm run build`. */
export function runCompiled(command: string, { args = [], launcher = [], ...options }: CompiledOptions): Command {
  const [program, ...rest] = [...launcher, process.execPath, PROGRAM, command, ...args] as [string, ...string[]]
  // Not the project's own folder, where somebody's .env may lie.
  return new Command(program, { cwd: tmpdir(), ...options, args: rest })
}

/** A running program. */
export class Command implements AsyncDisposable {
  readonly child: ChildProcess
  output = ''
  readonly #exited: Promise<unknown[]>
  readonly #isGroup: boolean

  /** Its environment holds nothing but `env`. */
  constructor(program: string, { env = {}, args = [], cwd, user, input, isGroup = false }: Options) {
    this.#isGroup = isGroup
    this.child = spawn(program, args, {
      env,
      cwd,
      uid: user,
      gid: user,
      detached: isGroup,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    this.child.stdin?.end(input)
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk
        this.child.emit('output')
      })
    }
    this.#exited = once(this.child, 'close')
  }

  /** Waits until the program has printed this; fails when it ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output)
      if (match) return match
      if (this.child.exitCode !== null) throw new Error(`It ended without printing ${pattern}:\n${this.output}`)
      await Promise.race([once(this.child, 'output'), this.#exited])
    }
  }

  /** Waits for its end; gives the exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    const [code, signal] = await this.#exited
    return (code ?? signal) as number | string
  }

  /** Sends the signal and waits for the end. */
  async stop(signal: NodeJS.Signals): Promise<number | string> {
    if (this.#isGroup && this.child.pid !== undefined) process.kill(-this.child.pid, signal)
    else this.child.kill(signal)
    return this.ended()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.stop('SIGKILL')
  }
}

/** A port that was free a moment ago, for programs that must be told one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A free port that no outgoing connection takes meanwhile, for programs that are started there again: systems give those higher numbers. */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
