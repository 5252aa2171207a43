import { type Fragment, type Html, html } from '../html.js'

interface Column {
  title: string
  isNumber?: boolean
  /** Of buttons: its title is for screen readers alone. */
  isActions?: boolean
}

interface Table {
  caption: string
  /** Where a heading says the same. */
  isCaptionHidden?: boolean
  columns: readonly Column[]
  rows: readonly (readonly Fragment[])[]
}

/** A table, whose rows are cards where the window is narrow. The roles stand there, as such a table loses its own. */
export function table({ caption, isCaptionHidden, columns, rows }: Table): Html {
  const heads = columns.map(
    ({ title, isNumber, isActions }) =>
      html`<th scope="col" role="columnheader"${isNumber && html` class="number"`}>${isActions ? html`<span class="unseen">${title}</span>` : title}</th>`,
  )
  return html`<div class="table"><table role="table">
<caption${isCaptionHidden && html` class="unseen"`}>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">
${rows.map((cells) => html`<tr role="row">${cells.map((cell, index) => cellOf(columns[index], cell))}</tr>\n`)}</tbody>
</table></div>`
}

function cellOf(column: Column | undefined, cell: Fragment): Html {
  const label = column && !column.isActions && html` data-label="${column.title}"`
  return html`<td role="cell"${column?.isNumber && html` class="number"`}${label}><div>${cell}</div></td>`
}
