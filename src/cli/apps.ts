import { readSetting } from '../config/single-settings.js'
import { OperatorError } from '../errors.js'
import type { PasteTarget } from '../paste/paste-targets.js'
import { pasteText } from '../paste/paste-texts.js'
import { type Application, usualSettings } from '../services/application.js'
import { documentPath } from '../setup/document-path.js'
import { type AccessTools, warn, warnOfGroups, withAccess } from './access.js'
import { type SettingOptions, settingsGiven } from './application-options.js'
import { printResult, type Result } from './print.js'
import { paint } from './style.js'
import { factTable, table } from './table.js'

interface Json {
  json?: boolean
}

/** Adds an application, and prints its secret. @throws {OperatorError} */
export function addApplication(id: string, options: SettingOptions & Json & { name: string }): Promise<void> {
  const { name, allowHttp = false, json = false } = options
  return answer(json, async (applications) => {
    const settings = { name, ...usualSettings, ...settingsGiven(options) }
    const { application, secret, warnings } = await applications.add(id, settings, { allowHttp })
    warn(warnings, json)
    warnOfGroups([application], json)
    return withSecret(`${paint('done', `${id} is added.`)}\n\n${factsOf(application)}`, application, secret)
  })
}

/** Prints all of them. */
export function listApplications(json = false): Promise<void> {
  return answer(json, async (applications) => {
    const all = await applications.list()
    const rows = all.map((one) => [
      one.id,
      one.name,
      one.kind,
      accessText(one),
      one.redirectUris[0] ?? one.openUrl ?? '',
    ])
    return { text: table(['ID', 'NAME', 'KIND', 'FOR', 'ADDRESS'], rows), json: all.map(shownOf) }
  })
}

/** Prints one, or what to paste into the program that it is. @throws {OperatorError} */
export function showApplication(id: string, options: Json & { for?: PasteTarget }): Promise<void> {
  return answer(options.json ?? false, async (applications) => {
    const application = await applications.find(id)
    if (options.for === undefined) return { text: factsOf(application), json: shownOf(application) }
    if (application.kind === 'proxy')
      throw new OperatorError(`${id} is a host behind /verify: ${documentPath('guides/protect-a-tool.md')}`)
    const text = pasteText(options.for, { issuer: readSetting(process.env, 'PUBLIC_URL'), application })
    return { text, json: { for: options.for, text } }
  })
}

/** Changes what is given. @throws {OperatorError} */
export function changeApplication(id: string, options: SettingOptions & Json): Promise<void> {
  const { allowHttp = false, json = false } = options
  return answer(json, async (applications) => {
    const { application, secret, warnings } = await applications.change(id, settingsGiven(options), { allowHttp })
    warn(warnings, json)
    warnOfGroups([application], json)
    return withSecret(factsOf(application), application, secret)
  })
}

/** Makes a new secret, and prints it. @throws {OperatorError} */
export function rotateSecret(id: string, { now = false, json = false }: Json & { now?: boolean }): Promise<void> {
  return answer(json, async (applications) => {
    const { application, secret } = await applications.rotateSecret(id, { endOld: now })
    const until = application.previousSecretUntil
    const old = until ? `The old secret counts until ${until.toISOString()}.` : 'The old secret counts no longer.'
    return withSecret(old, application, secret)
  })
}

/** Removes one. @throws {OperatorError} */
export function removeApplication(id: string, json = false): Promise<void> {
  return answer(json, async (applications) => {
    await applications.remove(id)
    return { text: paint('done', `${id} is removed.`), json: { removed: id } }
  })
}

async function answer(
  json: boolean,
  run: (applications: AccessTools['applications']) => Promise<Result>,
): Promise<void> {
  printResult(await withAccess(({ applications }) => run(applications)), json)
}

/** No hash of a secret. */
function shownOf({ secretHash, previousSecretHash, ...shown }: Application) {
  return shown
}

function withSecret(text: string, application: Application, secret: string | undefined): Result {
  const json = { application: shownOf(application), ...(secret !== undefined && { secret }) }
  if (secret === undefined) return { text, json }
  return { text: `${text}\n\nIts secret, which is shown this once:\n\n  ${paint('heading', secret)}`, json }
}

function accessText({ access }: Application): string {
  if (access === 'everyone') return 'everyone'
  return access.length > 0 ? access.join(', ') : 'nobody'
}

/** What there is to say of one, a line each. */
function factsOf(application: Application): string {
  const { id, name, kind, redirectUris, postLogoutRedirectUris, scopes, previousSecretUntil } = application
  return factTable([
    ['id', [id]],
    ['name', [name]],
    ['kind', [kind]],
    ['for', [accessText(application)]],
    ['redirect URIs', redirectUris],
    ['after logout', postLogoutRedirectUris],
    ['back-channel logout', listOf(application.backchannelLogoutUri)],
    ['opens at', listOf(application.openUrl)],
    ['logo', listOf(application.logoUrl)],
    ['description', listOf(application.description)],
    ['preferred_username', kind === 'proxy' ? [] : [application.usernameClaim]],
    [
      'refresh tokens',
      kind === 'proxy' ? [] : [application.refreshTokens ? 'where it asks for offline_access' : 'none'],
    ],
    ['further scopes', scopes],
    ['the old secret', previousSecretUntil ? [`counts until ${previousSecretUntil.toISOString()}`] : []],
    ['added', [application.createdAt.toISOString()]],
  ])
}

function listOf(value: string | null): string[] {
  return value === null ? [] : [value]
}
