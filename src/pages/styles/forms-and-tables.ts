/** Fields, tables and the rest of what pages of forms and lists need. */
export const formsAndTables = `
.field { display: grid; gap: var(--s1); max-width: 36rem; margin: 0 0 var(--s5) }
.field label, .field legend { font-weight: 600 }
.field .hint { margin: 0; color: var(--soft); font-size: var(--small) }
.field .fault { margin: 0; color: var(--bad); font-size: var(--small) }
input, select, textarea { font: inherit; color: inherit; accent-color: var(--accent) }
:is(.field, .filter) :is(input:not([type=checkbox], [type=radio]), select, textarea) { width: 100%; min-width: 0; min-height: 2.5rem; padding: var(--s2) var(--s3); border: 1px solid var(--edge); border-radius: var(--radius); background: var(--surface) }
:is(.field, .filter) :is(input:not([type=checkbox], [type=radio]), select) { height: 2.625rem; padding-block: 0 }
.filter .action { min-height: 2.625rem }
.field textarea { min-height: 6rem; resize: vertical }
.field [aria-invalid=true] { border-color: var(--bad); outline-color: var(--bad) }
.check { display: flex; align-items: baseline; gap: var(--s2) }
.filter { display: flex; flex-wrap: wrap; align-items: end; gap: var(--s3); margin: 0 0 var(--s4) }
.filter label { flex: 1 1 11rem; display: grid; gap: var(--s1); font-size: var(--small); color: var(--soft) }
.filter :is(input, select) { color: var(--text); font-size: .9375rem }
table { width: 100%; border-collapse: collapse; font-size: .9375rem }
caption { padding: 0 0 var(--s2); font-weight: 600; text-align: start }
th, td { padding: var(--s2) var(--s3); border-bottom: 1px solid var(--line); text-align: start; vertical-align: middle; overflow-wrap: anywhere }
th { color: var(--soft); font-size: var(--small); font-weight: 600; white-space: nowrap }
tbody tr:hover { background: var(--sunken) }
.number { text-align: end; font-variant-numeric: tabular-nums }
@media (max-width: 40rem) {
  .table :is(table, tbody, tr, td, caption) { display: block }
  .table thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
  .table tr { padding: var(--s2) 0; border-bottom: 1px solid var(--line) }
  .table td { display: grid; grid-template-columns: minmax(5.5rem, 34%) 1fr; gap: var(--s3); padding: var(--s1) 0; border: 0; text-align: start }
  .table td::before { content: attr(data-label); color: var(--soft); font-size: var(--small) }
  .table td:not([data-label]) { display: block }
  .table td:not([data-label])::before { content: none }
}
dl { display: grid; grid-template-columns: minmax(7rem, 14rem) 1fr; gap: var(--s2) var(--s5); margin: 0 0 var(--s5) }
dt { color: var(--soft) }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: var(--s3) } }
.empty { margin: 0 0 var(--s5); padding: var(--s7) var(--s4); border: 1px dashed var(--line); border-radius: var(--radius-large); text-align: center }
.empty h2 { margin: 0 0 var(--s1) }
.empty p { color: var(--soft) }
.empty .actions { justify-content: center; margin: 0 }
.pager { display: flex; justify-content: space-between; gap: var(--s3); margin: var(--s4) 0 0 }
pre { margin: 0 0 var(--s4); padding: var(--s3) var(--s4); border: 1px solid var(--line); border-radius: var(--radius); background: var(--sunken); font-size: .875rem; white-space: pre-wrap; overflow-wrap: anywhere }
.scroll { overflow-x: auto }
`
