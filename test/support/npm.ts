import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

interface Options {
  cwd: string
  env?: Record<string, string>
}

/** Runs npm, as whoever works on the project does: without what belongs to the run of the tests. */
export async function npm(args: string[], { cwd, env = {} }: Options): Promise<{ exitCode: number; output: string }> {
  return run('npm', args, { cwd, env })
}

/** Runs a script of the project, or another program. */
export async function run(program: string, args: string[], { cwd, env = {} }: Options) {
  const shell = process.platform === 'win32' && program === 'npm'
  const running = promisify(execFile)(program, args, { cwd, env: { ...ownEnvironment(), ...env }, shell })
  return running.then(
    ({ stdout, stderr }) => ({ exitCode: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ exitCode: Number(code), output: String(stdout) + String(stderr) }),
  )
}

/** This process's, but for npm's and the tests' part of it. */
export function ownEnvironment(): Record<string, string> {
  const isForeign = (name: string) => /^(?:npm_(?!config_(?:registry|cache)$)|NODE_ENV$|VITEST|TEST)/.test(name)
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || isForeign(name) ? [] : [[name, value]],
    ),
  )
}
