import { readFileSync } from 'node:fs'
import { parse } from 'dotenv'

/** An env file, as dotenv reads it. */
export interface EnvFile {
  path: string
  values: Record<string, string>
  /** The names whose values end at a `#` that was probably part of them. */
  cutAtHash: string[]
  /** The system's code for why it could not be read: then nothing of it counts. */
  unreadable?: string
}

/**
 * Reads an env file, and puts its values beside those of `environment`, which win, as dotenv does.
 * Returns `undefined` where there is no such file.
 */
export function loadEnvFile(environment: Record<string, string | undefined>, path = '.env'): EnvFile | undefined {
  const file = readEnvFile(path)
  for (const [name, value] of Object.entries(file?.values ?? {})) environment[name] ??= value
  return file
}

function readEnvFile(path: string): EnvFile | undefined {
  try {
    return parseEnvFile(path, readFileSync(path, 'utf8'))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'ENOENT') return undefined
    return { path, values: {}, cutAtHash: [], unreadable: String(error.code) }
  }
}

/** What `text`, the content of the file at `path`, says. */
export function parseEnvFile(path: string, text: string): EnvFile {
  const values = parse(text)
  const assignments = text.matchAll(/^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)[^\S\n]*(.*)$/gm)
  const cut = [...assignments].flatMap(([, name = '', raw = '']) => {
    const value = values[name]
    return value !== undefined && raw.startsWith(value) && /^#\S/.test(raw.slice(value.length)) ? [name] : []
  })
  return { path, values, cutAtHash: [...new Set(cut)] }
}
