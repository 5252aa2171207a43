import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { submitButton } from '../pages/components/actions.js'
import { areaField } from '../pages/components/field.js'
import { badge, notice } from '../pages/components/notes.js'
import { personHeading } from '../pages/components/person.js'
import { absoluteTime } from '../pages/components/time.js'
import { type Html, html } from '../pages/html.js'
import type { Right } from '../services/administrators.js'
import type { AuditRecord } from '../services/audit-trail.js'
import type { KnownUser, SessionInfo } from '../services/ports.js'
import type { ConsoleRouter } from './console-router.js'
import { type Allowed, allowedTo, factsOf } from './person-facts.js'
import { formTo } from './person-form.js'
import { historySection, sessionsSection } from './person-sessions.js'
import { doings, peopleTexts } from './texts/people.js'
import type { Screen, Visit } from './visit.js'

/** How many records of the trail stand on the page of a person. */
const HISTORY = 15

/** All that is shown of one person. */
export interface ShownPerson {
  user: KnownUser
  right: Right | undefined
  allowed: Allowed
  sessions: SessionInfo[]
  history: AuditRecord[]
}

/** The page of one person. */
export function addPerson(console: ConsoleRouter, ctx: Context): void {
  console.page('/admin/people/:id', async (visit) => {
    const person = await lookUp(ctx, personIdOf(visit))
    return screen(visit, person)
  })
}

/** Databases refuse odd characters in their own ways. @throws {AppError} `not_found` */
export function personIdOf({ param }: Visit): string {
  const id = param('id')
  if (!/^[\w-]{1,64}$/.test(id)) throw new AppError('not_found')
  return id
}

async function lookUp(ctx: Context, id: string): Promise<ShownPerson> {
  const user = await ctx.peopleAdmin(ctx.audit).person(id)
  if (!user) throw new AppError('not_found')
  const [right, allowed, sessions, { records }] = await Promise.all([
    ctx.administrators.rightOf(user),
    allowedTo(ctx, user),
    ctx.sessions.list(id),
    ctx.auditTrail.page({ userId: id }, { size: HISTORY }),
  ])
  return { user, right, allowed, sessions, history: records }
}

function screen(visit: Visit, person: ShownPerson): Screen {
  const { user, right } = person
  const texts = peopleTexts[visit.language]
  const done = doings.find((doing) => doing === visit.query.get('done'))
  return {
    section: 'people',
    title: user.nick,
    script: 'times.js',
    images: [user.avatarUrl],
    content: html`${done && notice(/already|gone/.test(done) ? 'warn' : 'ok', texts.done[done])}
${personHeading(
  user,
  html`<p><bdi>${user.profile?.name ?? user.username}</bdi></p>
<p>${user.disabledAt && badge('bad', texts.disabled)} ${right && badge('neutral', texts.administrator)}</p>`,
)}
${sessionsSection(visit, person)}
${accessSection(visit, person)}
${factsOf(visit, person)}
${historySection(visit, person)}`,
  }
}

function accessSection(visit: Visit, person: ShownPerson): Html {
  const texts = peopleTexts[visit.language]
  const isOneself = person.user.id === visit.administrator.id
  return html`<section class="card" aria-labelledby="access"><h2 id="access">${texts.account}</h2>
${isOneself ? html`<p>${texts.oneself}</p>` : disabling(visit, person)}
${person.right === 'setting' ? html`<p>${texts.byAdmins}</p>` : !isOneself && administrating(visit, person)}
</section>`
}

function disabling(visit: Visit, { user }: ShownPerson): Html {
  const texts = peopleTexts[visit.language]
  if (user.disabledAt)
    return formTo(
      visit,
      user.id,
      'enable',
      html`<p>${texts.disabledSince} ${absoluteTime(user.disabledAt)}</p>
<p class="actions">${submitButton(texts.enable)}</p>`,
    )
  return formTo(
    visit,
    user.id,
    'disable',
    html`${areaField({ name: 'reason', label: texts.reason, hint: texts.reasonHint, rows: 2, isRequired: true })}
<p class="actions">${submitButton(texts.disable, { weight: 'danger' })}</p><p class="soft">${texts.disableHint}</p>`,
  )
}

function administrating(visit: Visit, { user, right }: ShownPerson): Html | false {
  const texts = peopleTexts[visit.language]
  if (right) {
    const button = submitButton(texts.unmakeAdmin, { weight: 'quiet' })
    return formTo(visit, user.id, 'unmake-admin', html`<p class="actions">${button}</p>`)
  }
  if (user.disabledAt) return false
  const button = submitButton(texts.makeAdmin, { weight: 'quiet' })
  return formTo(
    visit,
    user.id,
    'make-admin',
    html`<p class="soft">${texts.makeAdminHint}</p><p class="actions">${button}</p>`,
  )
}
