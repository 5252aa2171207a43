import { embed } from './embedding/embed.js'
import type { DingtalkLogin, DingtalkLoginOptions, DingtalkLoginSettings } from './embedding/types.js'

export type * from './embedding/types.js'

/**
 * The login as part of an Express application of one's own, which stands at the root of `PUBLIC_URL`. It reads no
 * environment, listens to no signal and opens no port.
 * @throws an `Error` that names every fault of the settings, or says why the database cannot be used
 */
export function dingtalkLogin(
  settings: DingtalkLoginSettings,
  options: DingtalkLoginOptions = {},
): Promise<DingtalkLogin> {
  return embed(settings, options)
}
