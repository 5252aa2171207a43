import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command } from './command.js'

/** A reverse proxy that runs with a configuration of this test's. */
export interface RunningProxy extends AsyncDisposable {
  readonly pid: number | undefined
  /** What it has printed so far. */
  readonly output: string
  /** Gives its exit code. */
  stop(): Promise<number | string>
}

export interface ProxyProgram {
  name: string
  isInstalled: boolean
  start(config: string, env?: Record<string, string>): Promise<RunningProxy>
}

export const isInstalled = (program: string, ...args: string[]) => spawnSync(program, args).error === undefined

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** Its configuration is what belongs in the http context. */
export const nginx: ProxyProgram = {
  name: 'nginx',
  isInstalled: isInstalled('nginx', '-v'),
  start: (http) =>
    start('nginx', /start worker process /, {}, (directory) => {
      const file = path.join(directory, 'nginx.conf')
      const temporary = TEMPORARY.map((kind) => `${kind}_temp_path ${directory}/${kind};`).join('\n')
      writeFileSync(
        file,
        `daemon off; worker_processes 1; pid ${directory}/nginx.pid; error_log stderr notice;
         events { worker_connections 4096; }
         http {
           access_log off;
           ${temporary}
           ${http}
         }`,
      )
      return ['-c', file, '-p', directory]
    }),
}

export const caddy: ProxyProgram = {
  name: 'caddy',
  isInstalled: isInstalled('caddy', 'version'),
  start: (config, env) =>
    start('caddy', /serving initial configuration/, env, (directory) => {
      const file = path.join(directory, 'Caddyfile')
      writeFileSync(file, config)
      return ['run', '--config', file, '--adapter', 'caddyfile']
    }),
}

async function start(
  program: string,
  ready: RegExp,
  env: Record<string, string> | undefined,
  prepare: (directory: string) => string[],
): Promise<RunningProxy> {
  const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  const home = { PATH: process.env.PATH ?? '', HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory }
  const command = new Command(program, { args: prepare(directory), env: { ...home, ...env } })
  const end = async () => {
    // Not SIGKILL: workers would be left behind.
    await command.stop('SIGTERM')
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await command.printed(ready)
  } catch (error) {
    await end()
    throw error
  }
  return {
    pid: command.child.pid,
    get output() {
      return command.output
    },
    stop: () => command.stop('SIGTERM'),
    [Symbol.asyncDispose]: end,
  }
}
