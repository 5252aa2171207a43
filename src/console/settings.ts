import type { ShownSetting } from '../config/shown-settings.js'
import type { Context } from '../context.js'
import { definitionList, notice } from '../pages/components/notes.js'
import { table } from '../pages/components/table.js'
import { absoluteTime } from '../pages/components/time.js'
import { type Fragment, html } from '../pages/html.js'
import { ownVersion } from '../version.js'
import type { ConsoleRouter } from './console-router.js'
import { administratorsOf } from './settings-administrators.js'
import { type SettingsTexts, settingsTexts } from './texts/settings.js'
import { shellTexts } from './texts/shell.js'

/** What the server was set to, where each value comes from, and what is probably a mistake: never a secret. */
export function addSettings(console: ConsoleRouter, ctx: Context): void {
  const { config, warnings, startedAt } = ctx
  console.page('/admin/settings', async (visit) => {
    const { language } = visit
    const texts = settingsTexts[language]
    const database = config.databaseUrl.startsWith('file:') ? 'SQLite' : 'PostgreSQL'
    return {
      section: 'settings',
      title: shellTexts[language].sections.settings,
      script: 'times.js',
      content: html`<p class="soft">${texts.intro}</p>
${warnings.map(({ setting, problem }) => notice('warn', html`<strong>${texts.warning}</strong> <span lang="en"><code>${setting}</code> ${problem}</span>`))}
${table({
  caption: texts.caption,
  isCaptionHidden: true,
  columns: [{ title: texts.name }, { title: texts.value }, { title: texts.source }],
  rows: config.shown.map((setting) => row(setting, texts)),
})}
${await administratorsOf(visit, ctx)}
<h2>${texts.program}</h2>
${definitionList([
  [texts.version, ownVersion()],
  [texts.node, process.version],
  [texts.database, database],
  [texts.startedAt, absoluteTime(startedAt)],
])}`,
    }
  })
}

function row({ name, value, source, secrets }: ShownSetting, texts: SettingsTexts): Fragment[] {
  const shown = secrets > 0 ? texts.secret(secrets) : value === undefined ? texts.unset : html`<code>${value}</code>`
  return [html`<code>${name}</code>`, shown, texts.sources[source]]
}
