import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { problemOf } from '../config/single-settings.js'
import { OperatorError } from '../errors.js'
import type { Answers, Credentials } from '../setup/answers.js'
import { answersBefore, type Before, usualFrontendUrl } from '../setup/as-before.js'
import { emulatorCredentials } from '../setup/settings.js'
import type { SetupOptions } from './setup-options.js'

/** The options do not do: the exit code is 2. */
export class SetupUsageError extends Error {
  override readonly name = 'SetupUsageError'
}

type Settings = Readonly<Record<string, string>>

/**
 * The answers that options and environment give, else those of the env file that is there; whether they can be used is
 * judged with the other settings.
 * @throws {SetupUsageError} where one is missing
 * @throws {OperatorError} where a file cannot be read
 */
export async function givenAnswers(
  options: SetupOptions,
  environment: NodeJS.ProcessEnv,
  present: Settings,
): Promise<Answers> {
  refuseUnusable(options)
  const before = answersBefore(present)
  const { emulator, audience = before.audience, publicUrl: address = before.publicUrl } = options
  const isUsable = problemOf('PUBLIC_URL', address, { production: false }) === undefined
  const publicUrl = isUsable ? new URL(address).origin : address
  const known = {
    publicUrl,
    frontendUrl: options.frontendUrl ?? usualFrontendUrl(publicUrl, present),
    audience: options.directory ? 'directory' : audience,
    corpId: options.corpId ?? before.given?.corpId,
  }
  if (emulator !== undefined) return { ...known, kind: 'emulator', ...emulatorCredentials, directoryApp: undefined }
  const own = await ownCredentials(options, environment, before)
  return {
    ...known,
    ...own,
    kind: options.flow ?? before.kind,
    directoryApp: await directoryApp(options, environment, before),
  }
}

function refuseUnusable({ appSecret, directory, audience }: SetupOptions): void {
  // Whoever lists the processes of a machine sees their arguments, and shells keep them in a file.
  if (appSecret !== undefined)
    throw new SetupUsageError(
      'a secret in an argument is seen by everybody on this machine: --app-secret-file FILE, or DINGTALK_APP_SECRET in the environment',
    )
  if (directory && audience === 'anyone')
    throw new SetupUsageError('--directory goes with --audience members: the directory knows members alone')
}

async function ownCredentials(
  { appId: id, appSecretFile }: SetupOptions,
  { DINGTALK_APP_SECRET }: NodeJS.ProcessEnv,
  { given }: Before,
): Promise<Credentials> {
  const appId = id ?? given?.appId
  if (appId === undefined) throw new SetupUsageError('there is no --app-id')
  const fromEnvironment = DINGTALK_APP_SECRET || (appId === given?.appId ? given.appSecret : undefined)
  const appSecret = appSecretFile === undefined ? fromEnvironment : await readSecret(appSecretFile)
  if (appSecret === undefined)
    throw new SetupUsageError('there is no secret: --app-secret-file FILE, or DINGTALK_APP_SECRET in the environment')
  return { appId, appSecret }
}

async function directoryApp(
  { corpAppKey, corpAppSecretFile }: SetupOptions,
  { DINGTALK_CORP_APP_SECRET }: NodeJS.ProcessEnv,
  { given }: Before,
): Promise<Credentials | undefined> {
  if (corpAppKey === undefined) return given?.directoryApp
  const appSecret = corpAppSecretFile === undefined ? DINGTALK_CORP_APP_SECRET : await readSecret(corpAppSecretFile)
  if (!appSecret)
    throw new SetupUsageError(
      'there is no secret for --corp-app-key: --corp-app-secret-file FILE, or DINGTALK_CORP_APP_SECRET in the environment',
    )
  return { appId: corpAppKey, appSecret }
}

/** The whole of a file, without the line break that editors put at its end. */
async function readSecret(file: string): Promise<string> {
  try {
    return (file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8')).trim()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new OperatorError(`${file} cannot be read (${String(error.code)}).`)
  }
}
