import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { lastingPort } from '../../support/command.js'

const PACKAGES = '/usr/lib/postgresql'
const START_WITHIN_MS = 30_000

/** Who runs it: PostgreSQL refuses to be root. */
type Owner = { uid?: number; gid?: number }

/** A PostgreSQL server of one's own, which can be restarted while others go on. */
export class Cluster implements AsyncDisposable {
  readonly #programs: string
  readonly #folder: string
  readonly #owner: Owner
  readonly #port: number
  #process: ChildProcess | undefined

  private constructor(programs: string, folder: string, owner: Owner, port: number) {
    this.#programs = programs
    this.#folder = folder
    this.#owner = owner
    this.#port = port
    process.on('exit', () => this.#process?.kill('SIGQUIT'))
  }

  /** Makes one in a new folder, and starts it; undefined where PostgreSQL's programs are not on this machine. */
  static async start(folder: string): Promise<Cluster | undefined> {
    const programs = findPrograms()
    const owner = findOwner()
    if (!programs || !owner) return undefined
    mkdirSync(folder)
    if (owner.uid !== undefined && owner.gid !== undefined) {
      chownSync(folder, owner.uid, owner.gid)
      // So that its owner gets there.
      chmodSync(path.dirname(folder), 0o711)
    }
    const args = [
      '-D',
      path.join(folder, 'data'),
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ]
    await promisify(execFile)(path.join(programs, 'initdb'), args, { cwd: folder, ...owner })
    const cluster = new Cluster(programs, folder, owner, await lastingPort())
    await cluster.#start()
    return cluster
  }

  async createDatabase(name: string): Promise<string> {
    await this.#ask(`CREATE DATABASE "${name}"`)
    return this.#url(name)
  }

  /** Ends all connections but the one that asks for it; gives how many. */
  async endConnections(): Promise<number> {
    return this.#ask(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
    )
  }

  /** As operators do it, with a pause between. */
  async restart(pauseMs: number): Promise<void> {
    await this.#stop()
    await sleep(pauseMs)
    await this.#start()
  }

  async #start(): Promise<void> {
    const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${this.#folder}`]
    const args = ['-D', path.join(this.#folder, 'data'), '-p', String(this.#port), ...settings]
    this.#process = spawn(path.join(this.#programs, 'postgres'), args, {
      ...this.#owner,
      cwd: this.#folder,
      stdio: 'ignore',
    })
    const startedAt = performance.now()
    while (!(await this.#ask('SELECT 1').catch(() => 0))) {
      if (this.#process.exitCode !== null || performance.now() - startedAt > START_WITHIN_MS)
        throw new Error('PostgreSQL does not start')
      await sleep(20)
    }
  }

  /** Connections end at once; what is written is kept. */
  async #stop(): Promise<void> {
    const running = this.#process
    if (!running || running.exitCode !== null) return
    const exited = once(running, 'exit')
    running.kill('SIGINT')
    await exited
    this.#process = undefined
  }

  async #ask(sql: string): Promise<number> {
    const client = new pg.Client({ connectionString: this.#url('postgres') })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(sql)).rowCount ?? 0
    } finally {
      await client.end()
    }
  }

  #url(database: string): string {
    return `postgresql://postgres@127.0.0.1:${this.#port}/${database}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
  }
}

/** The folder of PostgreSQL's programs; Debian's packages do not put them into PATH. */
function findPrograms(): string | undefined {
  const versions = existsSync(PACKAGES) ? readdirSync(PACKAGES).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...(process.env.PATH ?? '').split(':'), ...versions.map((one) => path.join(PACKAGES, one, 'bin'))]
  return folders.find((folder) => existsSync(path.join(folder, 'initdb')))
}

/** Undefined where we may not run it, and nobody is there who may. */
function findOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return {}
  const idOf = (option: '-u' | '-g') => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
  try {
    return { uid: idOf('-u'), gid: idOf('-g') }
  } catch {
    return undefined
  }
}
