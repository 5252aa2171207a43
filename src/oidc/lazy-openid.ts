import type { Openid, OpenidOptions } from './openid.js'

/** Node 20 is old for the provider's library, which says so on the console, where it is no line of ours. */
const RUNTIME_WARNING = 'oidc-provider WARNING: Unsupported runtime'

type Options = OpenidOptions

/** The OpenID provider, loaded when it is first needed: a server without applications does without. */
export class LazyOpenid {
  readonly #options: Options
  #preparing: Promise<void> | undefined
  #loading: Promise<Openid> | undefined
  #isClosed = false

  constructor(options: Options) {
    this.#options = options
  }

  /** Loads it where there is work for it, so that the first login of the day does not wait. */
  prepare(): Promise<void> {
    this.#preparing = this.#prepare()
    return this.#preparing
  }

  get(): Promise<Openid> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  /** Waits for what is being prepared, and ends it. */
  async close(): Promise<void> {
    this.#isClosed = true
    // Whoever asked for it has been told of a failure.
    await this.#preparing?.catch(() => {})
    const openid = await this.#loading?.catch(() => undefined)
    await openid?.close()
  }

  /** Removes some of what has expired; returns how many. Other processes do it where this one has no use for it. */
  async removeOver(): Promise<number> {
    const { records, now } = this.#options
    return this.#loading ? records.removeExpired(new Date(now())) : 0
  }

  async #prepare(): Promise<void> {
    if ((await this.#options.applications.needOpenid()) && !this.#isClosed) await this.get()
  }

  async #load(): Promise<Openid> {
    const { Openid } = await load()
    const openid = new Openid(this.#options)
    openid.start()
    return openid
  }
}

let loading: Promise<typeof import('./openid.js')> | undefined

/** Once for all that are in this process: whoever is second must not put back the console that the first one changed. */
function load(): Promise<typeof import('./openid.js')> {
  loading ??= withoutRuntimeWarning(() => import('./openid.js'))
  return loading
}

/** Other lines of others go through meanwhile. */
async function withoutRuntimeWarning<T>(load: () => Promise<T>): Promise<T> {
  const { warn } = console
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes(RUNTIME_WARNING)) warn.apply(console, words)
  }
  try {
    return await load()
  } finally {
    console.warn = warn
  }
}
