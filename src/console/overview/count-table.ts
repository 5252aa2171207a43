import { type Fragment, type Html, html } from '../../pages/html.js'

interface CountTable {
  title: string
  /** The first is of words, the others of numbers. */
  columns: readonly string[]
  rows: readonly (readonly Fragment[])[]
}

/** How much of what: a small table in a card. */
export function countTable({ title, columns, rows }: CountTable): Html {
  return html`<section class="card"><h2>${title}</h2><div class="scroll"><table><thead><tr>${columns.map((column, n) => html`<th scope="col"${n > 0 && html` class="number"`}>${column}</th>`)}</tr></thead><tbody>
${rows.map(([first, ...numbers]) => html`<tr><td>${first}</td>${numbers.map((number) => html`<td class="number">${number}</td>`)}</tr>\n`)}</tbody></table></div></section>`
}
