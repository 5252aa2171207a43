import { type Config, ConfigError, readConfig, settingNames } from '../config/config.js'
import { type ConfigFault, USUAL_PUBLIC_URL } from '../config/cross-faults.js'

interface Read {
  config: Config
  /** The same as texts. */
  texts: Record<string, string>
}

/** What only a server of its own has: the application that we are part of listens. It may have these for itself. */
const LISTENING: ReadonlySet<string> = new Set(['PORT', 'HOST'])

/**
 * Reads the settings of an object.
 * @throws {ConfigError} with every fault, by name and without the values of secrets
 */
export function readSettings(settings: object): Read {
  const texts: Record<string, string> = {}
  const faults: ConfigFault[] = []
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || value === null || LISTENING.has(name)) continue
    const text = textOf(value)
    if (text !== undefined) texts[name] = text
    else if (settingNames.includes(name)) faults.push({ setting: name, problem: 'must be a text, or a list of texts' })
  }
  if (texts.METRICS_PORT) {
    faults.push({ setting: 'METRICS_PORT', problem: 'is for a server of its own: nothing listens here, leave it out' })
    delete texts.METRICS_PORT
  }
  texts.FRONTEND_URL ||= `${texts.PUBLIC_URL || USUAL_PUBLIC_URL}/`

  const config = orFaults(() => readConfig(texts, undefined, 'program'))
  if (!(config instanceof ConfigError) && faults.length === 0) return { config, texts }
  const known = new Set(faults.map(({ setting }) => setting))
  const others = config instanceof ConfigError ? config.faults.filter(({ setting }) => !known.has(setting)) : []
  throw new ConfigError([...faults, ...others])
}

function orFaults(read: () => Config): Config | ConfigError {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.every((part) => typeof part === 'string') ? value.join(',') : undefined
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined
}
