import { DAY, MINUTE } from '../../time.js'
import { historyApplications } from './applications.js'
import { clientOf } from './clients.js'
import type { Dice } from './dice.js'
import type { Journal, Told } from './journal.js'
import type { HistoryPerson } from './logins.js'

interface Options {
  journal: Journal
  dice: Dice
  until: Date
  /** The administrator who does it all; and the person whom they make one, too. */
  administratorId: string
  secondId: string
  /** Who leaves is disabled on their last day. */
  people: readonly HistoryPerson[]
}

type Change = Omit<Told, 'at'>

/** What an administrator has done in the console in that time. */
export function tellChanges({ journal, dice, until, administratorId, secondId, people }: Options): void {
  const tell = (at: Date, change: Change) => {
    const by = { administratorId, ...clientOf(dice, 0) }
    journal.tell({ at: new Date(at.getTime() - MINUTE), event: 'console_entered', userId: administratorId, ...by })
    journal.tell({ ...change, ...by, at })
  }
  const changes: [daysAgo: number, Change][] = [
    ...historyApplications.map((application, index): [number, Change] => [
      88 - 9 * index,
      { event: 'application_added', application: application.id, details: { after: application } },
    ]),
    [70, { event: 'administrator_made', userId: secondId }],
    [41, change('gitlab', { access: 'everyone' }, { access: ['engineers'] })],
    [26, change('outline', { name: 'Wiki' }, { name: 'Outline' })],
    [19, { event: 'application_secret_rotated', application: 'grafana', details: { endOld: false } }],
    [11, { event: 'config_checked', outcome: 'dingtalk_misconfigured' }],
    [11, { event: 'config_checked' }],
  ]
  for (const [index, [daysAgo, what]] of changes.entries())
    tell(new Date(until.getTime() - daysAgo * DAY + index * 3 * MINUTE), what)
  for (const { id, leftAt } of people)
    if (leftAt)
      tell(leftAt, {
        event: 'account_disabled',
        userId: id,
        details: { why: '已离职，工作交接完毕。' },
      })
}

function change(application: string, before: object, after: object): Change {
  return { event: 'application_changed', application, details: { before, after } }
}
