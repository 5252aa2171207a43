import type { Context } from '../context.js'
import type { ConsoleRouter } from './console-router.js'
import { personIdOf } from './person-page.js'
import type { Doing } from './texts/people.js'
import type { Form, Visit } from './visit.js'

/** Longer than a sentence. */
const MAX_REASON_LENGTH = 500

/** What an administrator can do to a person: each names what was done in the address that it leads to. */
export function addPersonChanges(console: ConsoleRouter, ctx: Context): void {
  const add = (path: string, change: (tools: Tools, form: Form) => Promise<Doing>) =>
    console.change(`/admin/people/:id/${path}`, async (visit, form) => {
      const id = personIdOf(visit)
      const done = await change({ visit, id, admin: ctx.peopleAdmin(ctx.audit.as(visit.actor)) }, form)
      return { to: visit.href(`/admin/people/${id}`, { done }) }
    })

  add('disable', async ({ admin, id, visit }, form) => {
    const { isNew } = await admin.disable(id, { by: visit.administrator.id, why: reasonOf(form) })
    return isNew ? 'disabled' : 'already-disabled'
  })
  add('enable', async ({ admin, id }) => ((await admin.enable(id)).isNew ? 'enabled' : 'already-enabled'))
  add('end-sessions', async ({ admin, id }) => {
    await admin.endSessions(id)
    return 'sessions-ended'
  })
  add('end-session', async ({ admin, id }, form) =>
    (await admin.endSession(id, sessionIdOf(form))) ? 'session-ended' : 'session-gone',
  )
  add('make-admin', async ({ admin, id, visit }) =>
    (await admin.makeAdministrator(id, { by: visit.administrator.id })).isNew ? 'admin-made' : 'admin-already',
  )
  add('unmake-admin', async ({ admin, id, visit }) => {
    await admin.unmakeAdministrator(id, { by: visit.administrator.id })
    return 'admin-unmade'
  })
}

interface Tools {
  visit: Visit
  id: string
  admin: ReturnType<Context['peopleAdmin']>
}

function reasonOf(form: Form): string | undefined {
  const typed = form.get('reason') ?? ''
  return (
    typed
      .normalize('NFC')
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, MAX_REASON_LENGTH) || undefined
  )
}

/** Databases refuse odd characters in their own ways. */
function sessionIdOf(form: Form): string {
  return (
    form
      .get('session')
      ?.replace(/[^\w-]/g, '')
      .slice(0, 64) ?? ''
  )
}
