import { operations, type Path } from '../api/operations.js'

/** Addresses that say something of a whole server: in an application they are the application's. */
export const pathsOfHost: readonly Path[] = ['/', '/healthz', '/readyz']

/** As the routes match them: in their very case, with or without a slash at the end. */
const OWN_PATH = new RegExp(
  `^(?:${[
    ...Object.keys(operations)
      .filter((path) => !pathsOfHost.some((other) => other === path))
      .map(patternOf),
    '/admin(?:/.*)?',
  ].join('|')})/?$`,
)

/** Whether a request's target is an address of the login. */
export function isOwnPath(target: string): boolean {
  return OWN_PATH.test(target.startsWith('/') ? (target.split('?', 1)[0] ?? '') : pathOfAbsolute(target))
}

/** `/sessions/:id` as a regular expression. */
function patternOf(path: string): string {
  return path.replaceAll('.', String.raw`\.`).replaceAll(/:\w+/g, '[^/]+')
}

/** Proxies may send whole addresses: https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form */
function pathOfAbsolute(target: string): string {
  return URL.canParse(target) ? new URL(target).pathname : ''
}
