import type { ShownSetting } from '../config/shown-settings.js'
import type { Context } from '../context.js'
import { type Html, html } from '../pages/html.js'
import { ownVersion } from '../version.js'
import type { ConsoleRouter } from './console-router.js'
import { settingsTexts } from './texts/settings.js'
import { shellTexts } from './texts/shell.js'

/** What the server was set to, where each value comes from, and what is probably a mistake: never a secret. */
export function addSettings(console: ConsoleRouter, { config, warnings, startedAt }: Context): void {
  console.page('/admin/settings', ({ language }) => {
    const texts = settingsTexts[language]
    const database = config.databaseUrl.startsWith('file:') ? 'SQLite' : 'PostgreSQL'
    return {
      section: 'settings',
      title: shellTexts[language].sections.settings,
      content: html`<p class="soft">${texts.intro}</p>
${
  warnings.length > 0 &&
  html`<h2>${texts.warnings}</h2>
<ul>${warnings.map(({ setting, problem }) => html`<li lang="en"><p><code>${setting}</code> ${problem}</p></li>`)}</ul>`
}
<div class="scroll"><table><caption>${texts.caption}</caption>
<thead><tr><th scope="col">${texts.name}</th><th scope="col">${texts.value}</th><th scope="col">${texts.source}</th></tr></thead>
<tbody>${config.shown.map((setting) => row(setting, texts))}</tbody></table></div>
<h2>${texts.program}</h2>
<dl><div><dt>${texts.version}</dt><dd>${ownVersion()}</dd></div><div><dt>${texts.node}</dt><dd>${process.version}</dd></div>
<div><dt>${texts.database}</dt><dd>${database}</dd></div><div><dt>${texts.startedAt}</dt><dd><time datetime="${startedAt.toISOString()}">${startedAt.toISOString()}</time></dd></div></dl>`,
    }
  })
}

function row({ name, value, source, secrets }: ShownSetting, texts: (typeof settingsTexts)['en']): Html {
  const shown = secrets > 0 ? texts.secret(secrets) : value === undefined ? texts.unset : html`<code>${value}</code>`
  return html`<tr><th scope="row"><code>${name}</code></th><td data-label="${texts.value}">${shown}</td><td data-label="${texts.source}">${texts.sources[source]}</td></tr>`
}
