const MAX_CHARACTERS = 64
const FALLBACK = 'dingtalk-user'

/**
 * Lone surrogates, control and line-breaking characters, and invisible format characters (direction marks among them),
 * but for the joiners that emoji and some scripts need.
 */
const removed = /(?![\u200c\u200d])[\p{Cs}\p{Cc}\p{Cf}\u2028\u2029]/gu
/** Nothing that a reader would see: white space and invisible characters alone. */
const invisible = /^[\s\p{Default_Ignorable_Code_Point}]*$/u

/**
 * A nick that is safe to keep, to show and to make a username of: NFC, without control and direction characters,
 * 1 to 64 code points, `dingtalk-user` where nothing is left. Normalising twice changes nothing.
 */
export function normaliseNick(nick: string): string {
  const short = [...cleanName(nick)].slice(0, MAX_CHARACTERS).join('').trim()
  return isInvisible(short) ? FALLBACK : short
}

/** The same of any length, which may be empty. */
export function cleanName(name: string): string {
  return name.replace(removed, '').normalize('NFC').trim()
}

export function isInvisible(name: string): boolean {
  return invisible.test(name)
}
