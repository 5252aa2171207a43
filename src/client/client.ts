import { takeUsername } from './username-in-address.js'

/** Somebody who is signed in, as `/me` says. */
export interface Person {
  /** Stays the same for ever: what to keep beside one's own data. */
  id: string
  /** The nick of the first login: unique, and kept for life. */
  username: string
  /** ASCII, unique, and kept for life. */
  handle: string
  /** The nick of the last login. Whatever a person chose: show it as text, never as HTML. */
  nick: string
  unionId: string
  avatarUrl: string | null
  /** ISO 8601. */
  lastLoginAt: string
}

/** What every failure is thrown as. */
export interface LoginError extends Error {
  /**
   * The server's code, such as `rate_limited`; `origin_not_allowed` also where this page may not read its answers;
   * `unreachable` where no answer came, or one that is not the server's.
   */
  code: string
  /** The HTTP status; 0 where no answer came. */
  status: number
}

export interface LoginOptions {
  /** Where to come back to: an address, or a path of this origin. The page one is on, if it is left out. */
  redirect?: string | undefined
  /**
   * Left out: straight to DingTalk, and without a scan inside the DingTalk client.
   * `page`: the server's own page with the code, which says so where somebody is signed in already.
   * `login`: DingTalk asks inside its client, too: to change accounts.
   */
  prompt?: 'page' | 'login' | undefined
}

export interface Client {
  /** The username that the last login wrote into this page's address. Anybody can write one: for showing only. */
  readonly username: string | undefined
  /**
   * Who is signed in; undefined when nobody is.
   * @throws {LoginError} where that cannot be said
   */
  me(): Promise<Person | undefined>
  /** Leaves this page to log in. */
  login(options?: LoginOptions): void
  /**
   * Ends the session, for every tab and every front end of this server.
   * @throws {LoginError}
   */
  logout(): Promise<void>
  /**
   * Tells who is signed in, as soon as that is known and whenever it changes, in this tab or another.
   * @param onError gets what `me()` would throw; the console, if it is left out
   * @returns what stops it
   */
  onChange(listener: (person: Person | undefined) => void, onError?: (error: LoginError) => void): () => void
}

/** A page that becomes visible asks again, but not more often than this. */
const FLOOR_MS = 5000

/** Of the page, whichever client was made first. */
let usernameHint: string | undefined

/**
 * A client for the login server at this origin. Without one: where this module was loaded from, if that is the server's
 * `/client.js`. It is to be made before a router reads the address.
 * @throws where a copy of this module is given no origin, or one that is no address
 */
export function createClient(origin?: string): Client {
  const own = new URL(import.meta.url)
  if (!origin && own.pathname !== '/client.js') throw new Error('createClient: which origin?')
  const server = new URL(origin || own).origin

  const failure = (code: string, status: number, message: string): LoginError =>
    Object.assign(new Error(message), { code, status })

  /** Browsers do not tell a server that is away from one that this page may not read; but every page may read this file. */
  async function noAnswer(): Promise<never> {
    await fetch(`${server}/client.js`, { method: 'HEAD' }).catch(() => {
      throw failure('unreachable', 0, `No answer from ${server}`)
    })
    throw failure('origin_not_allowed', 403, `${server} does not allow ${location.origin}: ALLOWED_REDIRECTS`)
  }

  async function ask(path: string, method?: string) {
    const response = await fetch(server + path, { method, credentials: 'include' } as RequestInit).catch(noAnswer)
    const { status } = response
    if (status === 204) return
    const body = await response.json().catch(() => {})
    if (body?.id) return body
    throw failure(body?.error ?? 'unreachable', status, body?.message ?? `HTTP ${status}`)
  }

  /** Each tells one listener: the error, or who is signed in. */
  const listeners = new Set<(error?: LoginError) => void>()
  /** Null until it is known. */
  let known: Person | undefined | null = null
  /** Of two answers that overtake each other, the one that was asked for last counts. */
  let lastAsking = 0
  let askedAt = 0
  let channel = openChannel()

  /** Not at once: whoever throws must not keep it from the others. */
  const tell = (each: () => void) => queueMicrotask(() => listeners.has(each) && each())

  function learn(person: Person | undefined): void {
    if (JSON.stringify(person) === JSON.stringify(known)) return
    known = person
    listeners.forEach(tell)
  }

  async function me(): Promise<Person | undefined> {
    const asking = ++lastAsking
    askedAt = Date.now()
    const person = await ask('/me').catch((error: LoginError) => {
      if (error.code !== 'unauthenticated') throw error
    })
    if (asking === lastAsking) learn(person)
    return person
  }

  /** For those who listen, if there are any. */
  function check(): void {
    if (!listeners.size) return
    me().catch((error: LoginError) => {
      for (const each of listeners) each(error)
    })
  }

  function openChannel(): BroadcastChannel {
    const opened = new BroadcastChannel(server)
    opened.onmessage = check
    return opened
  }

  // An open channel could keep the page out of the browser's back/forward cache.
  addEventListener('pagehide', () => channel.close())
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return
    channel = openChannel()
    check()
  })
  addEventListener('visibilitychange', () => {
    if (!document.hidden && Date.now() - askedAt >= FLOOR_MS) check()
  })

  // The server's redirect tells no page where it came from; its login page is seen where it is on this origin.
  if (['', `${server}/login`].includes(document.referrer.replace(/\?.*/, ''))) {
    const taken = takeUsername(location.href)
    if (taken) {
      usernameHint = taken[0]
      history.replaceState(history.state, '', taken[1])
      channel.postMessage(0)
    }
  }

  return {
    username: usernameHint,
    me,
    login({ redirect = location.href, prompt } = {}) {
      const target = encodeURIComponent(new URL(redirect, location.href).href)
      const path = prompt === 'page' ? 'login' : 'ding_url'
      location.href = `${server}/${path}?redirect=${target}${prompt === 'login' ? '&way=page' : ''}`
    },
    async logout() {
      await ask('/logout', 'POST')
      lastAsking++
      learn(undefined)
      channel.postMessage(0)
    },
    onChange(listener, onError = console.error) {
      const each = (error?: LoginError) => (error ? onError(error) : listener(known ?? undefined))
      listeners.add(each)
      if (known === null) check()
      else tell(each)
      return () => {
        listeners.delete(each)
      }
    },
  }
}
