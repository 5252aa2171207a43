import { SECOND } from '../../time.js'
import type { Dice } from './dice.js'
import type { Figures } from './figures.js'

/** The upper bounds of the times that are told apart, in milliseconds. */
const BOUNDS = [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000]
/** What a login asks DingTalk, and how long that usually takes, in milliseconds. */
const callsOfLogin = [
  { call: 'getuserinfo_bycode', usualMs: 120 },
  { call: 'getbyunionid', usualMs: 60 },
  { call: 'user/get', usualMs: 90 },
]
/** Now and then DingTalk takes many times as long. */
const SLOW = { chance: 0.02, times: 12 }
const TIMEOUT_MS = 5 * SECOND

/** Counts the calls of a login that went well. */
export function noteCalls(figures: Figures, dice: Dice, at: Date): void {
  for (const { call, usualMs } of callsOfLogin) {
    const ms = usualMs * (0.4 + 1.6 * dice.roll() ** 2) * (dice.chance(SLOW.chance) ? SLOW.times : 1)
    note(figures, at, { call, outcome: 'ok', ms })
  }
}

/** Counts the call that a login failed at. */
export function noteFailedCall(figures: Figures, at: Date, outcome: string): void {
  const ms = outcome === 'dingtalk_timeout' ? TIMEOUT_MS : 100
  note(figures, at, { call: 'getuserinfo_bycode', outcome, ms })
}

function note(figures: Figures, at: Date, { call, outcome, ms }: { call: string; outcome: string; ms: number }): void {
  const bound = BOUNDS.find((most) => ms <= most) ?? 'more'
  figures.add(at, { figure: 'call', name: call, detail: `${outcome} ${bound}` })
}
