/** The pages around a login: the code, the ways on, what went wrong. */
export const login = `
.late { animation: late 0s 3s both }
@keyframes late { from { visibility: hidden } }
.login { text-align: center }
.login .actions { justify-content: center }
.code { position: relative; display: grid; place-items: center; width: 302px; max-width: 100%; height: 302px; margin: var(--s4) auto; border: 1px solid var(--line); border-radius: var(--radius); background: var(--code) }
.code > * { grid-area: 1 / 1 }
.code iframe { display: block; width: 100%; height: 100%; border: 0; border-radius: calc(var(--radius) - 1px); background: var(--code); color-scheme: light }
.code[data-state=failed] { width: 100%; height: auto; padding: var(--s5) var(--s4); background: var(--sunken) }
.code[data-state=failed] iframe { position: absolute; inset: 0; visibility: hidden }
.code[data-state=loading] iframe { visibility: hidden }
.skeleton { width: 210px; height: 210px; border-radius: var(--radius); background: conic-gradient(var(--code-line) 25%, var(--code) 0 50%, var(--code-line) 0 75%, var(--code) 0) 0 0 / 30px 30px; animation: breathe 1.6s ease-in-out infinite alternate }
.code:not([data-state=loading], :not([data-state])) .skeleton { display: none }
@keyframes breathe { to { opacity: .45 } }
@media (prefers-reduced-motion: reduce) { .skeleton { animation: none } }
@media (scripting: none) { .code { display: none } }
.login > :last-child { margin-bottom: 0 }
.failed .actions { margin-top: var(--s4) }
.failed p { margin: 0 }
.caption p { margin: 0 0 var(--s2); text-wrap: balance }
.caption button { margin-top: var(--s2) }
.reference { margin: var(--s5) 0 0; color: var(--soft); font-size: var(--small) }
.reference p { margin: var(--s2) 0 0 }
.reference summary { width: fit-content }
@media (max-width: 30rem) { .actions .action { flex: 1 1 100% } }
`
