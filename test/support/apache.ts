import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command } from './command.js'

/** Where Debian's packages `apache2` and `libapache2-mod-auth-openidc` put them. */
const PROGRAM = '/usr/sbin/apache2'
const MODULES = '/usr/lib/apache2/modules'

export const hasAuthOpenidc = existsSync(PROGRAM) && existsSync(`${MODULES}/mod_auth_openidc.so`)

/** An Apache of a test's own: nothing of the system's configuration, folders or ports. */
export interface RunningApache extends AsyncDisposable {
  url: string
  /** What it has printed so far. */
  readonly output: string
}

/** Starts it on this port, with these lines for its one site; its pages can show variables (mod_include). */
export async function startApache(port: number, site: string, pages: Record<string, string>): Promise<RunningApache> {
  const directory = await mkdtemp(path.join(tmpdir(), 'dingtalk-login-'))
  await chmod(directory, 0o755)
  for (const [name, text] of Object.entries(pages)) {
    await mkdir(path.dirname(path.join(directory, 'pages', name)), { recursive: true })
    await writeFile(path.join(directory, 'pages', name), text)
  }
  const file = path.join(directory, 'apache.conf')
  await writeFile(file, configuration(directory, port, site))
  const apache = new Command(PROGRAM, { args: ['-f', file, '-DFOREGROUND'], env: { PATH: process.env.PATH ?? '' } })
  const end = async () => {
    // Not SIGKILL: its children would be left behind.
    await apache.stop('SIGTERM')
    await rm(directory, { recursive: true })
  }
  try {
    await apache.printed(/resuming normal operations/)
  } catch (error) {
    await rm(directory, { recursive: true })
    throw error
  }
  return {
    url: `http://localhost:${port}`,
    get output() {
      return apache.output
    },
    [Symbol.asyncDispose]: end,
  }
}

function configuration(directory: string, port: number, site: string): string {
  const modules = ['mpm_event', 'include', 'authn_core', 'authz_core', 'authz_user', 'auth_openidc']
  return [
    ...modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
    `ServerRoot ${directory}`,
    `DefaultRuntimeDir ${directory}`,
    `PidFile ${directory}/apache.pid`,
    // Its standard error is a socket here, which it cannot open by a name.
    'ErrorLog "|/bin/cat"',
    'ServerName localhost',
    `Listen 127.0.0.1:${port}`,
    // Started by root, it works as somebody else.
    ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
    `DocumentRoot ${directory}/pages`,
    `<Directory ${directory}/pages>\nOptions +Includes\nForceType text/html\nSetOutputFilter INCLUDES\nRequire all granted\n</Directory>`,
    site,
  ].join('\n')
}
