import bowser from 'bowser'
import type { Texts } from './texts.js'

/** A browser in words, such as "Chrome on Windows". */
export function deviceOf(userAgent: string, words: Pick<Texts['account'], 'device' | 'unknownDevice'>): string {
  if (!userAgent) return words.unknownDevice
  const { browser, os } = bowser.parse(userAgent)
  const name = isDingTalk(userAgent) ? 'DingTalk' : browser.name
  if (name && os.name) return words.device(name, os.name)
  return name || os.name || words.unknownDevice
}

/** A phone cannot scan the code that it shows. */
export function isPhone(userAgent: string): boolean {
  return platformOf(userAgent) === 'mobile'
}

/** The DingTalk application of a desktop, which has the system's browser beside it. */
export function isDesktopDingTalk(userAgent: string): boolean {
  return isDingTalk(userAgent) && platformOf(userAgent) === 'desktop'
}

/** The browser inside the DingTalk application, on a phone or a desktop. */
export function isDingTalk(userAgent: string): boolean {
  return /DingTalk/i.test(userAgent)
}

function platformOf(userAgent: string): string | undefined {
  return userAgent === '' ? undefined : bowser.parse(userAgent).platform.type
}
