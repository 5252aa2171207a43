import { PrismaAccessRows } from '../adapters/database/access-rows.js'
import { openDatabase } from '../adapters/database/open-database.js'
import { DEPARTMENT, ROLE } from '../emulator/emulator.js'
import type { ApplicationSettings } from '../services/application.js'
import { Applications } from '../services/applications.js'
import type { Audit } from '../services/audit.js'
import type { NamedRules } from '../services/group.js'
import { Groups } from '../services/groups.js'
import type { Registration } from './openid-login.js'

const ID = 'demo'
const HTTP = { allowHttp: false }
const noRules = { departments: [], roles: [], userids: [], groups: [] }

interface Options {
  databaseUrl: string
  audit: Audit
  issuer: string
  appUrl: string
}

/** Groups of the emulator's organisation, so that there is something to see in the application's claims. */
const groups: NamedRules[] = [
  { ...noRules, name: 'research', departments: [{ id: DEPARTMENT.research, below: true }] },
  { ...noRules, name: 'engineers', roles: [ROLE.engineer] },
]

/**
 * Makes the demo's second application at the login server, as `dingtalk-login apps add` does, with a fresh secret; and
 * its groups, unless somebody has tried them and made others of them.
 */
export async function registerOpenidApp({ databaseUrl, audit, issuer, appUrl }: Options): Promise<Registration> {
  const database = await openDatabase(databaseUrl)
  try {
    const rows = new PrismaAccessRows(database)
    await addMissing(new Groups({ rows, audit }))
    const applications = new Applications({ rows, audit })
    return { issuer, appUrl, clientId: ID, clientSecret: await freshSecret(applications, settingsFor(appUrl)) }
  } finally {
    await database.close()
  }
}

async function addMissing(known: Groups): Promise<void> {
  const names = (await known.list()).map(({ name }) => name)
  for (const { name, ...rules } of groups) if (!names.includes(name)) await known.add(name, rules)
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
    description: null,
    access: 'everyone',
    usernameClaim: 'handle',
    refreshTokens: false,
    scopes: [],
  }
}
