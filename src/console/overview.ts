import type { Context } from '../context.js'
import { html } from '../pages/html.js'
import type { ConsoleRouter } from './console-router.js'
import { shellTexts } from './texts/shell.js'

/** The console's first page. */
export function addOverview(console: ConsoleRouter, _ctx: Context): void {
  console.page('/admin', ({ language }) => ({
    section: 'overview',
    title: shellTexts[language].sections.overview,
    content: html``,
  }))
}
