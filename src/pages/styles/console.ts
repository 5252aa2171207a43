/** The operator's console: its frame, and what only its pages have. */
export const consoleStyle = `
body.console { display: block; padding: 0 }
.console > header { display: grid; grid-template-columns: 1fr auto; gap: 0 var(--s4); max-width: none; margin: 0; padding: var(--s2) max(var(--s5), 50% - 36rem + var(--s5)) 0; background: var(--surface); border-bottom: 1px solid var(--line) }
.console .skip { position: absolute; inset: 0 auto auto 0; z-index: 2; padding: var(--s3); background: var(--surface) }
.console .skip:not(:focus) { clip-path: inset(50%); width: 1px; height: 1px; padding: 0; overflow: hidden }
.console .brand { align-self: center; color: inherit; text-decoration: none }
.console .account { display: inline-flex; align-items: center; gap: var(--s2); min-width: 0; max-width: 14rem; min-height: 2.5rem; color: var(--soft); font-size: .875rem; font-weight: 400; text-decoration: none }
.console .account:hover { color: var(--text) }
.console .account bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.console nav.sections { grid-column: 1 / -1; display: flex; gap: var(--s1); min-width: 0; margin: 0 calc(-1 * var(--s3)); overflow-x: auto; scrollbar-width: none; font-weight: 400 }
.sections a { flex: none; padding: var(--s2) var(--s3); border-bottom: 2px solid transparent; color: var(--soft); font-size: .9375rem; text-decoration: none; white-space: nowrap }
.sections a:hover { color: var(--text) }
.sections a:focus-visible { outline-offset: -3px }
.sections [aria-current] { border-color: var(--accent); color: var(--text); font-weight: 600 }
.console > main { max-width: 72rem; margin: 0 auto; padding: var(--s6) var(--s5) var(--s7); background: none; border: 0; border-radius: 0; box-shadow: none }
.console > footer { max-width: 72rem; margin: 0 auto; padding: 0 var(--s5) var(--s6) }
.console h1 { margin-bottom: var(--s4) }
.heading { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--s3); margin: 0 0 var(--s5) }
.heading h1 { margin: 0 }
.heading .actions { margin: 0 }
.card { margin: 0 0 var(--s5); padding: var(--s5); background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius-large) }
.card > h2 { margin-top: 0 }
.card > :last-child { margin-bottom: 0 }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: var(--s4); margin: 0 0 var(--s5) }
.cards .card { margin: 0 }
.choices { padding: var(--s4); border: 1px solid var(--line); border-radius: var(--radius) }
.choices ul { display: grid; gap: var(--s1); margin: 0; padding: 0 0 0 var(--s5); list-style: none }
.choices li, .notes li { padding: var(--s1) 0; border: 0 }
.choices li { display: flex; flex-wrap: wrap; gap: var(--s1) var(--s4) }
.choices .check, .field > .check { font-weight: 400 }
.console .person.big { margin: 0 0 var(--s5) }
.card form + p, .card .actions + .soft { margin-top: var(--s3) }
.search { display: flex; gap: var(--s2); min-width: 0; max-width: 36rem; margin: 0 0 var(--s3) }
.search input { flex: 1; min-width: 0; min-height: 2.5rem; padding: var(--s2) var(--s3); border: 1px solid var(--edge); border-radius: var(--radius); background: var(--surface) }
.notes { margin: 0 0 var(--s4) }
@media (max-width: 40rem) {
  .console nav.sections { flex-wrap: wrap; gap: 0 } .sections a { padding: var(--s1) var(--s3) }
  .console > header, .console > main, .console > footer { padding-inline: var(--s4) } .card { padding: var(--s4) } }
`
