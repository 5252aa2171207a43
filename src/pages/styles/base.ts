/** What bare elements look like, and the places of a page that every page has. */
export const base = `
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; align-items: center; justify-content: center; padding: var(--s5) var(--s4);
  background: var(--page); color: var(--text);
  font: var(--normal)/1.6 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
body > header { display: flex; align-items: center; justify-content: center; gap: var(--s3); max-width: 26rem; margin-bottom: var(--s5); font-weight: 600; overflow-wrap: anywhere }
body > header img { max-width: 12rem; max-height: 3rem }
main { width: 100%; max-width: 26rem; padding: var(--s6); background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius-large);
  box-shadow: var(--shadow); overflow-wrap: anywhere }
main.wide { max-width: 42rem }
h1 { margin: 0 0 var(--s2); font-size: var(--large); line-height: 1.35; text-wrap: balance }
h2 { margin: var(--s6) 0 var(--s2); font-size: 1.0625rem; line-height: 1.4 }
.phrases { word-break: keep-all }
.mark { width: 2.5rem; height: 2.5rem; color: var(--accent) }
p { margin: 0 0 var(--s4); text-wrap: pretty }
a { color: var(--accent); text-underline-offset: .15em }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875em; overflow-wrap: anywhere }
summary { cursor: pointer }
[hidden] { display: none !important }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
footer { margin-top: var(--s5); font-size: var(--small) }
.soft { color: var(--soft); font-size: var(--small) }
.centred { text-align: center; text-wrap: balance }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (max-width: 26rem) { body { padding: var(--s4) } main { padding: var(--s5) var(--s4) } }
`
