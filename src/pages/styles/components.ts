/** The components that people's pages and the console share. */
export const components = `
.action { display: inline-flex; align-items: center; justify-content: center; min-height: 2.75rem; padding: var(--s2) 1.25rem; border: 1px solid var(--accent); border-radius: var(--radius);
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; line-height: 1.3; text-align: center; text-decoration: none; cursor: pointer }
.action:hover { filter: brightness(1.08) }
.action.quiet { border-color: var(--edge); background: none; color: var(--text) }
.action.quiet:hover { background: var(--sunken); filter: none }
.action.danger { border-color: var(--bad); background: none; color: var(--bad) }
.action.danger:hover { background: var(--bad-ground); filter: none }
.action.small { min-height: 2.25rem; padding: var(--s1) var(--s3); font-size: .875rem }
.action:disabled { opacity: .6; cursor: default }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s3); margin: var(--s5) 0 0 }
.alert { margin: 0 0 var(--s4); padding: var(--s3) var(--s4); border-radius: var(--radius); background: var(--bad-ground); color: var(--bad) }
.alert.ok { background: var(--ok-ground); color: var(--ok) }
.alert.warn { background: var(--warn-ground); color: var(--warn) }
.alert.neutral { background: var(--sunken); color: var(--text) }
.alert a { color: inherit }
.badge { display: inline-block; padding: .05rem .55rem; border-radius: 1rem; background: var(--sunken); color: var(--soft); font-size: var(--small); font-weight: 600; line-height: 1.5; white-space: nowrap }
.badge.ok { background: var(--ok-ground); color: var(--ok) }
.badge.warn { background: var(--warn-ground); color: var(--warn) }
.badge.bad { background: var(--bad-ground); color: var(--bad) }
.person { display: inline-flex; align-items: center; gap: var(--s2); min-width: 0; max-width: 100% }
.person.big { gap: var(--s4) }
.person p { margin: 0 }
.name { font-size: 1.125rem }
.avatar { flex: none; display: grid; place-items: center; width: 1.75rem; height: 1.75rem; border-radius: 50%; background: var(--accent-ground); color: var(--accent); font-size: .875rem; font-weight: 600; line-height: 1; object-fit: cover; overflow: hidden }
.big > .avatar { width: 3.5rem; height: 3.5rem; font-size: 1.5rem }
.rows { margin: 0; padding: 0; list-style: none }
.rows li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--s2) var(--s4); padding: var(--s3) 0; border-top: 1px solid var(--line) }
.rows li > div { flex: 1 1 13rem; min-width: 0 }
.rows p { margin: 0 }
`
