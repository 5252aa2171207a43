import type { EnvFile } from './env-file.js'

/** A setting as an administrator sees it: never a secret, nor a part of one. */
export interface ShownSetting {
  name: string
  /** `program`: the application that we are part of; `unset`: neither set nor with a default. */
  source: 'environment' | 'program' | 'file' | 'default' | 'unset'
  /** As it was written; undefined where it is unset, or secret. */
  value: string | undefined
  /** Of a secret that is set: how many it holds. */
  secrets: number
}

/** What must not be shown, and does not leave the configuration. */
const secretNames: ReadonlySet<string> = new Set(['DINGTALK_APP_SECRET', 'DINGTALK_CORP_APP_SECRET', 'SESSION_SECRETS'])

interface Sources {
  defaults: ReadonlyMap<string, string | undefined>
  envFile: EnvFile | undefined
  /** Of what is in no file. */
  source: ShownSetting['source']
}

/** All settings with where they come from. `env` holds those that are set, `defaults` the others' values. */
export function shownSettings(
  env: Record<string, string>,
  { defaults, envFile, source: given }: Sources,
): ShownSetting[] {
  return [...defaults].map(([name, usual]) => {
    const set = env[name]
    const text = set ?? usual
    const isOfFile = set !== undefined && envFile?.values[name]?.trim() === set
    const source = set === undefined ? (usual ? 'default' : 'unset') : isOfFile ? 'file' : given
    const isSecret = secretNames.has(name)
    const secrets = isSecret && text ? text.split(',').filter((part) => part.trim()).length : 0
    return { name, source, secrets, value: isSecret || !text ? undefined : withoutAccess(name, text) }
  })
}

/** A database's address without its user, password and parameters. */
function withoutAccess(name: string, text: string): string {
  if (name !== 'DATABASE_URL' || text.startsWith('file:')) return text
  if (!URL.canParse(text)) return 'postgresql://…'
  const { protocol, host, pathname } = new URL(text)
  return `${protocol}//${host}${pathname}`
}
