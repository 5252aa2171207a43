import type { Prisma, PrismaClient } from '../../generated/sqlite/client.js'
import type { Access, AccessRows, AccessStep } from '../../services/access.js'
import type { Application, ApplicationStep } from '../../services/application.js'
import { type GroupStep, rulesOf } from '../../services/group.js'
import { readAccessRevision } from './access-revision.js'
import { SqlApplicationRows } from './application-rows.js'
import type { Database } from './database.js'
import { isMissing, isUniqueViolation } from './failures.js'
import { SqlGroupRows } from './group-rows.js'

/** Applications and groups as operators change them: written through Prisma, in one transaction. */
export class PrismaAccessRows implements AccessRows {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  revision(): Promise<number> {
    return readAccessRevision(this.#database)
  }

  async read(): Promise<Access> {
    for (let revision = await this.revision(); ; ) {
      const groups = await new SqlGroupRows(this.#database).list()
      const applications = await new SqlApplicationRows(this.#database).list()
      const after = await this.revision()
      // What was changed in between could be of two times: a new application with old groups lets the wrong people in.
      if (after === revision) return { revision, groups, applications }
      revision = after
    }
  }

  async take(steps: readonly AccessStep[], revision: number): Promise<boolean> {
    try {
      await this.#database.prisma((prisma) =>
        prisma.$transaction([nextRevision(prisma, revision), ...steps.flatMap((step) => writes(prisma, step))]),
      )
      return true
    } catch (error) {
      if (isUniqueViolation(error) || isMissing(error)) return false
      throw error
    }
  }
}

/** Fails where the revision is another by now; servers read what there is when it is. */
function nextRevision({ accessRevision }: PrismaClient, revision: number) {
  return accessRevision.update({ where: { id: 1, revision }, data: { revision: { increment: 1 } } })
}

/** What is written for one step. */
function writes(prisma: PrismaClient, step: AccessStep): Prisma.PrismaPromise<unknown>[] {
  return isOfGroup(step) ? [groupWrite(prisma, step)] : applicationWrites(prisma, step)
}

function isOfGroup(step: AccessStep): step is GroupStep {
  return step.step === 'add_group' || step.step === 'change_group' || step.step === 'remove_group'
}

function groupWrite({ group: table }: PrismaClient, step: GroupStep) {
  switch (step.step) {
    case 'add_group': {
      const { name, createdAt } = step.group
      return table.create({ data: { name, rules: JSON.stringify(rulesOf(step.group)), createdAt } })
    }
    case 'change_group':
      return table.update({ where: { name: step.name }, data: { rules: JSON.stringify(step.rules) } })
    case 'remove_group':
      return table.delete({ where: { name: step.name } })
  }
}

function applicationWrites({ application: table, applicationSession: sessions }: PrismaClient, step: ApplicationStep) {
  switch (step.step) {
    case 'add':
      return [table.create({ data: { ...step.application, ...allLists(step.application) } })]
    case 'change': {
      const { redirectUris, postLogoutRedirectUris, access, scopes, ...plain } = step.fields
      const lists = Object.entries({ redirectUris, postLogoutRedirectUris, access, scopes })
      const changed = lists.flatMap(([name, list]) => (list === undefined ? [] : [[name, JSON.stringify(list)]]))
      const { backchannelLogoutUri: logoutUri } = plain
      return [
        table.update({ where: { id: step.id }, data: { ...plain, ...Object.fromEntries(changed) } }),
        ...(logoutUri === undefined
          ? []
          : [sessions.updateMany({ where: { applicationId: step.id }, data: { logoutUri } })]),
      ]
    }
    case 'remove':
      // With it its sessions end: it is told so, where it wanted to be.
      return [
        sessions.updateMany({ where: { applicationId: step.id }, data: { sessionId: null } }),
        table.delete({ where: { id: step.id } }),
      ]
  }
}

/** The lists as their columns hold them. */
function allLists({ redirectUris, postLogoutRedirectUris, access, scopes }: Application) {
  return {
    redirectUris: JSON.stringify(redirectUris),
    postLogoutRedirectUris: JSON.stringify(postLogoutRedirectUris),
    access: JSON.stringify(access),
    scopes: JSON.stringify(scopes),
  }
}
