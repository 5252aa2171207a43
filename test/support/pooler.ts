import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command, lastingPort } from './command.js'
import { isInstalled } from './proxy.js'

/** Debian's place for it is not in everybody's PATH. */
const program = ['pgbouncer', '/usr/sbin/pgbouncer'].find((place) => isInstalled(place, '--version'))
/** Fewer than the clients have connections, so that they must share them. */
export const POOL_SIZE = 4

export const hasPooler = program !== undefined

/** PgBouncer before a database server, in transaction mode: each transaction may get another session. */
export class Pooler implements AsyncDisposable {
  /** The database's address, by this pooler. */
  readonly url: string
  readonly #directory: string
  #command: Command

  private constructor(url: string, directory: string) {
    this.url = url
    this.#directory = directory
    this.#command = start(directory)
  }

  static async before(databaseUrl: string): Promise<Pooler> {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    const url = new URL(databaseUrl)
    const { hostname, port, username, password } = url
    const [user, secret] = [username, password].map((text) => decodeURIComponent(text))
    url.host = `127.0.0.1:${await lastingPort()}`
    writeFileSync(
      path.join(directory, 'pgbouncer.ini'),
      `[databases]
       * = host=${hostname} port=${port || 5432}
       [pgbouncer]
       listen_addr = 127.0.0.1
       listen_port = ${url.port}
       unix_socket_dir =
       auth_type = trust
       auth_file = ${directory}/users.txt
       pool_mode = transaction
       default_pool_size = ${POOL_SIZE}
       max_client_conn = 500`.replaceAll(/^ +/gm, ''),
    )
    writeFileSync(path.join(directory, 'users.txt'), `"${user}" "${secret}"\n`)
    // It does not run as root, and must read these as whoever it becomes.
    chmodSync(directory, 0o755)
    const pooler = new Pooler(url.href, directory)
    await pooler.#isUp()
    return pooler
  }

  /** Every connection breaks; it is back when this returns. */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#command.stop(signal)
    this.#command = start(this.#directory)
    await this.#isUp()
  }

  async #isUp(): Promise<void> {
    await this.#command.printed(/process up/)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#command.stop('SIGTERM')
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

function start(directory: string): Command {
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  return new Command(program ?? '', {
    env: { PATH: process.env.PATH ?? '' },
    args: [...user, path.join(directory, 'pgbouncer.ini')],
  })
}
