import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const LEFT_OUT = ['node_modules', '.git', '.env', 'data', 'release', 'dist-bench']

/** A copy of the project as it lies here, what is generated and compiled included; its libraries are the project's own. */
export class ProjectCopy implements Disposable {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))

  constructor() {
    const names = readdirSync(PROJECT).filter((name) => !LEFT_OUT.includes(name) && !name.startsWith('dist-next-'))
    for (const name of names) cpSync(path.join(PROJECT, name), this.path(name), { recursive: true })
    symlinkSync(path.join(PROJECT, 'node_modules'), this.path('node_modules'), 'junction')
  }

  path(file: string): string {
    return path.join(this.directory, file)
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}
