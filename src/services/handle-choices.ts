import { HANDLES_AT_ONCE } from './handle-rows.js'
import { isReserved } from './reserved-names.js'

const MAX_LENGTH = 32
/** How many characters of the id stand behind the nick: more where somebody has the shorter one. */
const ID_LENGTHS = [4, 5, 6, 7, 8, 9, 10, 11]
const NAMELESS = 'user'

interface Directed {
  orgEmail: string | null
  name: string
  /** The name in ASCII. */
  romanised: string
  id: string
}

/** What a handle looks like. */
export const HANDLE = /^[a-z0-9._-]{1,32}$/
/** Safe as a name of files and as an argument of commands, too: not `..`, not `-rf`. */
const GIVEN_HANDLE = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/

/**
 * The handles to choose from for a nick, the best one first: the nick in ASCII and some characters of our own id. The
 * nick is chosen by its bearer, and could be a colleague's handle but for these. A nick that is a reserved name, or
 * looks like one, does not count.
 */
export function handlesOfNick({ nick, romanised, id }: { nick: string; romanised: string; id: string }): string[] {
  const slug = slugOf(romanised)
  const name = slug === '' || isReserved(nick) || isReserved(slug) ? NAMELESS : slug
  const digits = id.toLowerCase().replace(/[^a-z0-9]/g, '')
  return ID_LENGTHS.map((length) => `${trimmed(name.slice(0, MAX_LENGTH - 1 - length))}-${digits.slice(0, length)}`)
}

/**
 * The same for somebody whose name the directory says, which the organisation has chosen: the part of the work e-mail
 * before the @, else the name, as long as nobody has it.
 */
export function handlesOfDirectory({ orgEmail, name, romanised, id }: Directed): string[] {
  const mailbox = orgEmail?.slice(0, orgEmail.lastIndexOf('@')) ?? ''
  const whole = [mailbox.replace(/[^a-z0-9._-]+/g, '-'), isReserved(name) ? '' : slugOf(romanised)]
  const fitting = whole.map((text) => text.slice(0, MAX_LENGTH).replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, ''))
  const fine = fitting.filter((handle) => faultOfHandle(handle) === undefined)
  return [...new Set([...fine, ...handlesOfNick({ nick: name, romanised, id })])].slice(0, HANDLES_AT_ONCE)
}

/** What is wrong with a handle that an operator gives; undefined where nothing is. */
export function faultOfHandle(handle: string): string | undefined {
  if (!HANDLE.test(handle)) return 'a handle has 1 to 32 of the characters a-z, 0-9, dot, underscore and hyphen'
  if (!GIVEN_HANDLE.test(handle)) return 'a handle begins and ends with a letter or a digit'
  if (isReserved(handle)) return 'it is reserved, or looks like a reserved name'
  return undefined
}

function slugOf(text: string): string {
  return trimmed(
    text
      .toLowerCase()
      .replace(/['’`]/g, '')
      .replace(/[^a-z0-9]+/g, '-'),
  )
}

function trimmed(slug: string): string {
  return slug.replace(/^-+|-+$/g, '')
}
