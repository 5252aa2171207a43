import type { Openid, OpenidOptions } from './openid.js'

/** Node 20 is old for the provider's library, which says so on the console, where it is no line of ours. */
const RUNTIME_WARNING = 'oidc-provider WARNING: Unsupported runtime'

type Options = OpenidOptions

/** The OpenID provider, loaded when it is first needed: a server without applications does without. */
export class LazyOpenid {
  readonly #options: Options
  #loading: Promise<Openid> | undefined

  constructor(options: Options) {
    this.#options = options
  }

  /** Loads it where there is an application, so that the first login of the day does not wait for it. */
  async prepare(): Promise<void> {
    if (await this.#options.applications.hasOpenid()) await this.get()
  }

  get(): Promise<Openid> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  async close(): Promise<void> {
    await (await this.#loading)?.close()
  }

  /** Removes some of what has expired; returns how many. Other processes do it where this one has no use for it. */
  async removeOver(): Promise<number> {
    const { records, now } = this.#options
    return this.#loading ? records.removeExpired(new Date(now())) : 0
  }

  async #load(): Promise<Openid> {
    const { Openid } = await withoutRuntimeWarning(() => import('./openid.js'))
    const openid = new Openid(this.#options)
    openid.start()
    return openid
  }
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
