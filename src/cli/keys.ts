import { SqlSigningKeyRows } from '../adapters/database/signing-key-rows.js'
import { readSecrets } from '../config/single-settings.js'
import { createLogger } from '../log.js'
import { SigningKeys } from '../oidc/signing-keys.js'
import { withDatabase } from './operator-database.js'
import { printResult } from './print.js'
import { paint } from './style.js'
import { table } from './table.js'

/** Prints the keys that ID tokens are signed with, and from when. */
export function listKeys(json: boolean): Promise<void> {
  return withDatabase(async ({ database }) => {
    const keys = (await new SqlSigningKeyRows(database).list()).map(({ kid, createdAt, signsFrom }) => ({
      kid,
      createdAt,
      signsFrom,
    }))
    const rows = keys.map((key) => [key.kid, key.createdAt.toISOString(), key.signsFrom.toISOString()])
    const text =
      keys.length > 0
        ? table(['KEY', 'MADE', 'SIGNS FROM'], rows)
        : 'There is no key yet: the first application needs one.'
    printResult({ text, json: keys }, json)
  })
}

/**
 * Makes the next key; with `now` it signs at once, and no other is trusted any more.
 * @throws {ConfigError} where SESSION_SECRETS, under which it is kept, cannot be used
 */
export function rotateKeys({ now, json }: { now: boolean; json: boolean }): Promise<void> {
  return withDatabase(async ({ database }) => {
    const secrets = readSecrets(process.env)
    const log = createLogger('warn')
    await new SigningKeys({ rows: new SqlSigningKeyRows(database), secrets, log }).rotate({ now })
    const text = now
      ? 'A new key signs from now on. The others are not trusted any more: servers stop using them within ten seconds, applications when they read the keys again.'
      : 'The next key is published, and signs in a day.'
    printResult({ text: paint('done', text), json: { rotated: true, now } }, json)
  })
}
