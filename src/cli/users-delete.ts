import { PrismaAccessRows } from '../adapters/database/access-rows.js'
import { PrismaRemovalRows } from '../adapters/database/removal-rows.js'
import { OperatorError } from '../errors.js'
import { Groups } from '../services/groups.js'
import { type Kept, PeopleRemoval, type Removed } from '../services/people-removal.js'
import { documentPath } from '../setup/document-path.js'
import { type Tools, withDatabase } from './operator-database.js'
import { administratorsOf, adminOf } from './people-admin.js'
import { printResult } from './print.js'
import { paint } from './style.js'
import { table } from './table.js'

interface Options {
  yes?: boolean
  withTrail?: boolean
  json?: boolean
}

/** What takes people out of the database. */
export function removalOf(tools: Tools): PeopleRemoval {
  const { database, audit } = tools
  return new PeopleRemoval({
    people: adminOf(tools),
    rows: new PrismaRemovalRows(database),
    groups: new Groups({ rows: new PrismaAccessRows(database), audit }),
    administrators: administratorsOf(database),
    audit,
  })
}

/** Says what is kept of somebody, asks unless it is said that it may be, and deletes them. @throws {OperatorError} */
export function deleteUser(name: string, { yes = false, withTrail = false, json = false }: Options): Promise<void> {
  return withDatabase(async (tools) => {
    const removal = removalOf(tools)
    const kept = await removal.look(name)
    if (!yes) await ask(kept, withTrail)
    // By the id: meanwhile somebody may have come who is called so, too.
    const removed = await removal.delete(kept.user.id, { withTrail })
    printResult({ text: textOf(kept, removed), json: removed }, json)
  })
}

/** On standard error: standard output is the command's answer. */
async function ask(kept: Kept, withTrail: boolean): Promise<void> {
  console.error(whatGoes(kept, withTrail))
  const { confirm } = await import('@clack/prompts')
  const message = `Delete ${kept.user.username}? It cannot be undone.`
  const answer = await confirm({ message, initialValue: false, output: process.stderr })
  if (answer !== true) throw new OperatorError('Nothing was changed.')
}

function whatGoes({ user, sessions, grants, workEmails, right, groups, records }: Kept, withTrail: boolean): string {
  const rows = [
    ['the person', `${user.username}, ${user.id}, and what DingTalk said of them`, 'goes'],
    ['sessions', `${sessions.length}, with ${grants} codes, tokens and grants of applications`, 'go'],
    ['work e-mails', workEmails.join(', ') || 'none', 'go'],
    ['rules of groups', groups.join(', ') || 'none', 'go'],
    ['administrator', right === undefined ? 'no' : right === 'setting' ? 'by ADMINS' : 'yes', 'goes'],
    [
      'audit trail',
      `${records} records`,
      withTrail ? 'keeps no address, device or detail' : 'stays until AUDIT_RETENTION',
    ],
    ['names', 'the username, handle and work e-mails, as hashes', 'stay: nobody else gets them'],
    ...(user.disabledAt ? [['the unionid', 'as a hash, as they are disabled', 'stays: they cannot come again']] : []),
    ['elsewhere', 'the log, backups, accounts in applications', `stay: see ${documentPath('operating.md')}`],
  ]
  return table(['WHAT', '', ''], rows)
}

function textOf({ right }: Kept, removed: Removed): string {
  const { user, sessionsEnded, groups, groupsLeft, recordsEmptied, isKeptOut } = removed
  return [
    paint('done', `${user.username} is deleted; sessions ended: ${sessionsEnded}`),
    ...(groups.length > 0 ? [`taken out of the groups ${groups.join(', ')}`] : []),
    ...(groupsLeft.length > 0 ? [`still named by groups that are for nobody else: ${groupsLeft.join(', ')}`] : []),
    ...(recordsEmptied > 0 ? [`records without address, device and details: ${recordsEmptied}`] : []),
    ...(right === 'setting' ? ['ADMINS still names them'] : []),
    isKeptOut
      ? `they were disabled, and stay out: 'users enable ${user.unionId}' lets them come again, as somebody new`
      : 'who logs in again is somebody new: another id, another username',
  ].join('\n')
}
