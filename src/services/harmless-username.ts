import type { User } from './ports.js'
import { isReserved } from './reserved-names.js'

/**
 * The username as other programs may be told it: one that has power elsewhere, such as `admin`, was chosen by its bearer,
 * and the handle takes its place.
 */
export function harmlessUsername({ username, handle }: Pick<User, 'username' | 'handle'>): string {
  return isReserved(username) ? handle : username
}
