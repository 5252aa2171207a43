import { isIP } from 'node:net'
import { type Config, settingNames } from './config.js'
import type { ConfigFault } from './cross-faults.js'
import type { EnvFile } from './env-file.js'
import { meantBy } from './near-names.js'

/** Names of the environment that begin so are meant for this server; others belong to whatever else runs there. */
const ownPrefix = /^(DINGTALK|FRONTEND|ALLOWED|SESSION|MEMBERSHIP|COOKIE|TRUST)_/i

/** What cannot be a fault but is probably a mistake, by the name of the setting and without any value of a secret. */
export async function warningsOf(
  config: Config,
  environment: Record<string, string | undefined>,
  envFile?: EnvFile,
): Promise<ConfigFault[]> {
  return [
    ...misnamed(environment, envFile),
    ...unreadable(envFile),
    ...cutValues(environment, envFile),
    ...(await foreignFrontEnds(config)),
    ...mixedRegions(config),
    ...unusedCorpId(config),
  ]
}

function misnamed(environment: Record<string, string | undefined>, envFile: EnvFile | undefined): ConfigFault[] {
  const written = Object.keys(envFile?.values ?? {})
  const inherited = Object.keys(environment).filter((name) => environment[name] && ownPrefix.test(name))
  return [...new Set([...written, ...inherited])].flatMap((name) => {
    const meant = meantBy(name, settingNames)
    return meant ? [{ setting: name, problem: `is no setting and counts for nothing; probably ${meant} is meant` }] : []
  })
}

function unreadable(envFile: EnvFile | undefined): ConfigFault[] {
  if (!envFile?.unreadable) return []
  return [{ setting: envFile.path, problem: `cannot be read (${envFile.unreadable}): nothing of it counts` }]
}

function cutValues(environment: Record<string, string | undefined>, envFile: EnvFile | undefined): ConfigFault[] {
  return (envFile?.cutAtHash ?? [])
    .filter((name) => settingNames.includes(name) && environment[name] === envFile?.values[name])
    .map((setting) => ({
      setting,
      problem: `ends before the first # in ${envFile?.path}; if the # belongs to the value, write the value in quotes`,
    }))
}

/** A cookie with SameSite=Lax goes with a request only from pages of the same site: scheme and registrable domain. */
async function foreignFrontEnds({ publicUrl, redirects }: Config): Promise<ConfigFault[]> {
  const warnings: ConfigFault[] = []
  // The first origin is FRONTEND_URL's.
  for (const [n, origin] of redirects.origins.entries()) {
    if (await areOneSite(new URL(origin), new URL(publicUrl))) continue
    warnings.push({
      setting: n === 0 ? 'FRONTEND_URL' : 'ALLOWED_REDIRECTS',
      problem:
        `${origin} is another site than PUBLIC_URL, ${publicUrl}: browsers do not send the session cookie from there ` +
        '(SameSite=Lax; third-party cookies are blocked), so /me says 401 although the login succeeded; ' +
        'use one scheme, and hosts of one registrable domain',
    })
  }
  return warnings
}

/** Whether pages of the one send the other's cookie along. */
export async function areOneSite(a: URL, b: URL): Promise<boolean> {
  if (a.protocol !== b.protocol) return false
  if (a.hostname === b.hostname) return true
  if (isAddress(a) || isAddress(b)) return false
  // The list of public suffixes takes megabytes: only where it is needed.
  const { getDomain } = await import('tldts')
  const [one, other] = [a, b].map(({ hostname }) => getDomain(hostname, { allowPrivateDomains: true }))
  return one !== null && one === other
}

/** An IP address is of no domain. */
function isAddress({ hostname }: URL): boolean {
  return hostname.startsWith('[') || isIP(hostname) === 4
}

/** DingTalk's international tenants have all three hosts under dingtalk.io, the others under dingtalk.com. */
function mixedRegions({ dingtalk }: Config): ConfigFault[] {
  const hosts = [
    { setting: 'DINGTALK_LOGIN_URL', url: dingtalk.loginUrl },
    { setting: 'DINGTALK_OAPI_URL', url: dingtalk.oapiUrl },
    { setting: 'DINGTALK_API_URL', url: dingtalk.apiUrl },
  ]
  const isInternational = ({ url }: { url: string }) => new URL(url).hostname.endsWith('.dingtalk.io')
  const left = hosts.filter(({ url }) => new URL(url).hostname.endsWith('.dingtalk.com'))
  const moved = hosts.filter(isInternational).map(({ setting }) => setting)
  if (moved.length === 0) return []
  return left.map(({ setting, url }) => ({
    setting,
    problem: `is ${url}, but ${moved.join(' and ')} names a host of dingtalk.io: all three must be of one region`,
  }))
}

/** A scan-login application gets no code of the DingTalk client. */
function unusedCorpId({ dingtalk }: Config): ConfigFault[] {
  if (dingtalk.corpId === undefined || dingtalk.inClient) return []
  const problem =
    'has no effect: with DINGTALK_FLOW=qrconnect the DingTalk client gives its code for an internal application, which ' +
    "DINGTALK_CORP_APP_KEY must name (DINGTALK_APP_ID's value, where that is one)"
  return [{ setting: 'DINGTALK_CORP_ID', problem }]
}
