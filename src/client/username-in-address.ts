/** The query's last parameter, as the server writes it: what a login adds is never anywhere else. */
const LAST_PARAMETER = /^([^?#]*\?(?:[^#]*&)?)username=([\w.!~*'()%-]+)(#.*)?$/

/**
 * Takes out of an address the `username` that a login has added: gives it, and the address without it, whose rest is the
 * same byte for byte. One that stands elsewhere, or is written in another way, belongs to the front end and stays; so
 * does the first of two.
 */
export function takeUsername(href: string): [username: string, address: string] | undefined {
  const [, before = '', value = '', fragment = ''] = LAST_PARAMETER.exec(href) ?? []
  try {
    if (before) return [decodeURIComponent(value), before.slice(0, -1) + fragment]
  } catch {
    // Not percent-encoded UTF-8: no username of the server's.
  }
  return undefined
}
