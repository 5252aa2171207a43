import type { Audience, Kind } from '../answers.js'

interface Choice {
  label: string
  hint: string
}

/** All that `setup` says. */
export interface SetupTexts {
  /** How to answer. */
  keys: string
  kind: { question: string } & Record<Kind, Choice>
  publicUrl: string
  frontendUrl: string
  audience: { question: string } & Record<Audience, Choice>
  guide: {
    /** In front of the steps for DingTalk's console. */
    title: string
    forDirectory: string
    steps: Record<'oauth2' | 'qrconnect' | 'directory', (facts: GuideFacts) => string[]>
  }
  appId: Record<'oauth2' | 'qrconnect', string>
  appSecret: Record<'oauth2' | 'qrconnect', string>
  directoryAppId: string
  directoryAppSecret: string
  corpId: string
  /** Enter leaves it out. */
  leaveOut: string
  keepSecret: string
  sameApplication: string
  trial: {
    asking: string
    /** Of a refusal whose cause was named already. */
    asAbove: string
    answered: (call: string, code: string) => string
    missingPermission: (name: string) => string
    /** At the address of an emulator nothing listens; the command follows. */
    noEmulator: (url: string) => string
    /** What cannot be asked before the first login. */
    notTried: string
    next: { question: string; again: string; change: string; goOn: string }
  }
  foreignFrontEnd: { warning: string; question: string; change: string; keep: string }
  present: {
    found: (path: string) => string
    replace: Choice
    elsewhere: Choice
    stop: string
    path: string
    taken: string
    noFolder: string
  }
  kept: { faulty: string; question: string; leaveOut: string; stop: string }
  file: { written: string; before: string }
  end: {
    written: (path: string) => string
    copy: (path: string) => string
    kept: (names: string) => string
    unchanged: (path: string) => string
    production: string
    /** How browsers reach it by https. */
    proxy: (url: string, port: string) => string
    plainHttp: string
    warnings: string
    goOn: string
    /** Where the settings are not in `.env`. */
    elsewhere: (path: string) => string
    emulator: string
    thenOpen: (url: string) => string
    administrator: string
    rest: string
  }
  stopped: string
  /** For `--yes`. */
  unattended: { stopped: string; offline: string }
  /** The setting's problem as the configuration words it → in this language; none: as it stands. */
  problems: readonly [RegExp, string][]
}

/** What the steps for DingTalk's console are made of. */
export interface GuideFacts {
  callbackUrl: string
  host: string
  permissions: string[]
}
