import { parse } from 'cookie'
import { sign, unsign } from 'cookie-signature'

/** How express-session marks a signed value. */
const MARK = 's:'

/** The values of all cookies of this name, in the order in which the browser sent them. */
export function cookiesNamed(name: string, header = ''): string[] {
  return (
    header
      .split(';')
      .filter((pair) => pair.trimStart().startsWith(`${name}=`))
      // By one name for all: V8 would learn each of ours, which differ from login to login, as a property of its own.
      .map((pair) => parse(`value${pair.slice(pair.indexOf('='))}`).value ?? '')
  )
}

/**
 * Reads and writes signed cookie values, as express-session does: the newest secret signs, and older ones still verify.
 */
export class CookieSignature {
  readonly #secrets: readonly [string, ...string[]]

  constructor(secrets: readonly string[]) {
    const [newest, ...older] = secrets
    if (newest === undefined) throw new Error('no secret to sign with')
    this.#secrets = [newest, ...older]
  }

  sign(value: string): string {
    return MARK + sign(value, this.#secrets[0])
  }

  /** The value, if it is signed with one of the secrets. */
  verify(signed: string): string | undefined {
    if (!signed.startsWith(MARK)) return undefined
    for (const secret of this.#secrets) {
      const value = unsign(signed.slice(MARK.length), secret)
      if (value !== false) return value
    }
    return undefined
  }
}
