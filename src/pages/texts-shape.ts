import type { ErrorCode } from '../errors.js'
import type { Html } from './html.js'

export type Language = 'en' | 'zh'

/** Every text of the pages, in one language. */
export interface Texts {
  /** The value of the page's `lang` attribute. */
  tag: string
  /** The other language, in its own words, and its name in an address. */
  otherLanguage: { name: string; code: Language }
  login: {
    title: string
    /** Of the server's host, where there is no name. */
    titleFor: (host: string) => string
    scan: string
    loading: string
    confirmed: string
    failed: string
    /** What happens after the button. */
    next: string
    codeTitle: string
    noScript: string
    openDingTalk: string
    onPhone: string
    openInDingTalk: string
    openInBrowser: string
    codeRefused: string
    signedInAs: string
    continue: string
    useAnotherAccount: string
  }
  /** The login by itself inside the DingTalk client. */
  inClient: {
    waiting: string
    noScript: string
    /** Why there is none. */
    reasons: Record<'silent' | 'cancelled' | 'unsupported' | 'refused' | 'unreadable' | 'back', string>
  }
  /** The applications that somebody may open. */
  apps: {
    title: string
    /** Of who is signed in, for screen readers. */
    account: string
    none: string
    whomToAsk: string
    search: string
    find: string
    found: (count: number) => string
    nothingFound: string
    more: (count: number) => string
    all: string
  }
  account: {
    title: string
    username: (name: Html) => Html
    lastLogin: (time: Html) => Html
    sessions: string
    thisBrowser: string
    /** Of times. */
    lastSeen: (time: Html) => Html
    signedIn: (time: Html, address: string) => Html
    unknownDevice: string
    /** Of a browser on a system, e.g. Chrome on Windows. */
    device: (browser: string, system: string) => string
    end: string
    endOthers: string
    logOut: string
    noScript: string
    failed: string
  }
  /** The logout that an application asks for. */
  logout: {
    question: string
    /** Of the application's name; the next sentence follows at once. */
    asker: (application: string) => string
    /** Of the person's username. */
    consequence: (username: string) => string
    logOut: string
    stay: string
    done: string
    advice: string
    backToLogin: string
  }
  /** Of an application that the person may not use. */
  refusal: {
    title: (application: string) => string
    back: string
  }
  error: {
    reference: string
    /** Of what is folded away. */
    forAdministrator: string
    code: string
    copy: string
    copied: string
    /** Between a name and its value. */
    colon: string
    tryAgain: string
    backToLogin: string
    codes: Record<ErrorCode, { title: string; advice: string }>
  }
}
