import type { Context } from '../context.js'
import { type Html, html } from '../pages/html.js'
import { settingsTexts } from './texts/settings.js'
import type { Visit } from './visit.js'

type Dependencies = Pick<Context, 'administrators' | 'peopleNames' | 'config'>

/** Who may open the console, and by what. */
export async function administratorsOf({ language, href }: Visit, ctx: Dependencies): Promise<Html> {
  const texts = settingsTexts[language].administrators
  const { admins } = ctx.config
  const made = await ctx.administrators.list()
  const ids = made.flatMap(({ userId, madeBy }) => (madeBy === null ? [userId] : [userId, madeBy]))
  const names = new Map((await ctx.peopleNames.byIds(ids)).map(({ id, nick }) => [id, nick]))
  const named = await ctx.peopleNames.byDirectoryIds(admins)
  const person = (id: string, nick: string) => html`<a href="${href(`/admin/people/${id}`)}"><bdi>${nick}</bdi></a>`
  const bySetting = admins.map((id) => {
    const found = named.find(({ unionId, userid }) => unionId === id || userid === id)
    return row(found ? person(found.id, found.nick) : html`<code>${id}</code>`, found ? texts.bySetting : texts.unknown)
  })
  const byDatabase = made.map(({ userId, madeBy }) => {
    const by = madeBy === null ? texts.byCommand : texts.madeBy(names.get(madeBy) ?? madeBy)
    return row(person(userId, names.get(userId) ?? userId), by)
  })
  return html`<h2>${texts.title}</h2><ul class="rows">${bySetting}${byDatabase}</ul>`
}

function row(who: Html, why: string): Html {
  return html`<li><span>${who}</span> <span class="soft"><bdi>${why}</bdi></span></li>`
}
