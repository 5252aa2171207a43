import { stringify } from 'yaml'
import type { Application, ApplicationSettings } from '../services/application.js'
import { usualSettings } from '../services/application.js'
import { isOpenHttp, urisOf } from '../services/application-rules.js'
import { settingsOf } from '../services/applications.js'
import type { Group } from '../services/group.js'
import { withAccess } from './access.js'

/** Prints all applications and groups as `apply` reads them, with the hashes of secrets. */
export function exportAccess(json = false): Promise<void> {
  return withAccess(async ({ plans }) => {
    const { applications, groups } = await plans.read()
    const content = {
      groups: Object.fromEntries(groups.map((group) => [group.name, rulesEntry(group)])),
      applications: Object.fromEntries(applications.map((one) => [one.id, applicationEntry(one)])),
    }
    process.stdout.write(json ? `${JSON.stringify(content, null, 2)}\n` : stringify(content, { lineWidth: 0 }))
  })
}

/** The rules that there are. */
function rulesEntry({ departments, roles, userids, groups }: Group) {
  return {
    ...(departments.length > 0 && {
      departments: departments.map(({ id, below }) => (below ? { id, below } : { id })),
    }),
    ...(roles.length > 0 && { roles }),
    ...(userids.length > 0 && { userids }),
    ...(groups.length > 0 && { groups }),
  }
}

/** What is not as usual, and who may use it in any case. */
function applicationEntry(one: Application) {
  const { name, access, ...settings } = settingsOf(one)
  const usual = new Map<string, unknown>(Object.entries(usualSettings))
  const isOther = ([key, value]: [string, unknown]) => JSON.stringify(value) !== JSON.stringify(usual.get(key))
  return {
    name,
    access,
    ...Object.fromEntries(Object.entries(settings).filter(isOther)),
    ...(hasOpenHttp(one) && { allowHttp: true }),
    ...(one.secretHash !== null && { secretHash: one.secretHash }),
  }
}

function hasOpenHttp(settings: ApplicationSettings): boolean {
  return urisOf(settings).some(({ uri }) => isOpenHttp(uri))
}
