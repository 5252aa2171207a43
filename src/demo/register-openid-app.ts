import { PrismaAccessRows } from '../adapters/database/access-rows.js'
import { openDatabase } from '../adapters/database/open-database.js'
import type { ApplicationSettings } from '../services/application.js'
import { Applications } from '../services/applications.js'
import type { Audit } from '../services/audit.js'
import type { Registration } from './openid-login.js'

const ID = 'demo'
const HTTP = { allowHttp: false }

interface Options {
  databaseUrl: string
  audit: Audit
  issuer: string
  appUrl: string
}

/** Makes the demo's second application at the login server, as `dingtalk-login apps add` does, with a fresh secret. */
export async function registerOpenidApp({ databaseUrl, audit, issuer, appUrl }: Options): Promise<Registration> {
  const database = await openDatabase(databaseUrl)
  try {
    const applications = new Applications({ rows: new PrismaAccessRows(database), audit })
    return { issuer, appUrl, clientId: ID, clientSecret: await freshSecret(applications, settingsFor(appUrl)) }
  } finally {
    await database.close()
  }
}

/** Of an earlier start nobody knows the secret any more. */
async function freshSecret(applications: Applications, settings: ApplicationSettings): Promise<string> {
  const isThere = (await applications.list()).some(({ id }) => id === ID)
  if (isThere) await applications.change(ID, settings, HTTP)
  else await applications.add(ID, settings, HTTP)
  return (await applications.rotateSecret(ID, { endOld: true })).secret
}

function settingsFor(appUrl: string): ApplicationSettings {
  return {
    name: 'Demo',
    kind: 'confidential',
    redirectUris: [`${appUrl}/callback`],
    postLogoutRedirectUris: [`${appUrl}/`],
    backchannelLogoutUri: `${appUrl}/backchannel-logout`,
    openUrl: `${appUrl}/`,
    logoUrl: null,
    access: 'everyone',
    usernameClaim: 'handle',
    refreshTokens: false,
    scopes: [],
  }
}
