import type { Dice } from './dice.js'

const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
]
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 AliApp(DingTalk/8.1.10) DingTalk/8.1.10'
const ON_PHONE = 0.15
const AT_OFFICE = 0.85

/** From where and with what a person logs in: mostly the same browser, mostly from the office. */
export function clientOf(dice: Dice, personNumber: number): { requestId: string; ip: string; userAgent: string } {
  const usual = browsers[personNumber % browsers.length] ?? PHONE
  const ip = dice.chance(AT_OFFICE)
    ? `10.20.${personNumber % 8}.${10 + personNumber}`
    : `203.0.113.${dice.between(2, 250)}`
  return { requestId: dice.uuid(), ip, userAgent: dice.chance(ON_PHONE) ? PHONE : usual }
}
