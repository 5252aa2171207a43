import { createHash } from 'node:crypto'

/** The pages' one stylesheet, sent inside of each page: a page is one request. */
export const stylesheet = `
:root { color-scheme: light dark; --page: #f3f5f8; --card: #fff; --line: #dfe3e8; --text: #1c1e21; --soft: #59616b;
  --action: #0b5fd6; --on-action: #fff; --alert: #fdecea; --on-alert: #8a1c13 }
@media (prefers-color-scheme: dark) {
  :root { --page: #15181c; --card: #20242a; --line: #3a414b; --text: #eceef1; --soft: #a9b0ba;
    --action: #6aa8ff; --on-action: #10131a; --alert: #4a1f1b; --on-alert: #ffd9d4 }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; justify-content: center; padding: 1rem;
  background: var(--page); color: var(--text); font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
header { display: flex; align-items: center; gap: .75rem; max-width: 26rem; margin-bottom: 1.25rem; font-weight: 600; overflow-wrap: anywhere }
header img { max-width: 12rem; max-height: 3rem }
main { width: 100%; max-width: 26rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere }
main.wide { max-width: 40rem }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.35; text-wrap: balance }
.centred { text-wrap: balance }
h2 { margin: 2rem 0 .5rem; font-size: 1.0625rem }
p { margin: 0 0 1rem }
a { color: var(--action) }
:focus-visible { outline: 3px solid var(--action); outline-offset: 2px }
.action { display: inline-block; padding: .6rem 1.25rem; border: 1px solid var(--action); border-radius: .5rem; background: var(--action); color: var(--on-action);
  font: inherit; font-weight: 600; text-decoration: none; cursor: pointer }
.action.quiet { background: none; color: var(--action) }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0 0 }
.soft { color: var(--soft); font-size: .875rem }
.alert { margin: 0 0 1rem; padding: .75rem 1rem; border-radius: .5rem; background: var(--alert); color: var(--on-alert) }
.alert:empty, [hidden] { display: none }
.late { animation: late 0s 3s both }
@keyframes late { from { visibility: hidden } }
.code { display: grid; place-items: center; min-height: 300px; margin: 1rem 0 }
.code iframe { width: 300px; height: 300px; max-width: 100%; border: 0; border-radius: .5rem; background: #fff; color-scheme: light }
.centred { text-align: center }
.person { display: flex; align-items: center; gap: 1rem }
.person img { width: 3.5rem; height: 3.5rem; border-radius: 50%; object-fit: cover }
.person p { margin: 0 }
ul { margin: 0; padding: 0; list-style: none }
li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; padding: .75rem 0; border-top: 1px solid var(--line) }
li p { margin: 0 }
footer { margin-top: 1.25rem; font-size: .875rem }
@media (max-width: 24rem) { main { padding: 1.5rem 1rem } }
`

/** Admits the stylesheet, and no other, into the Content-Security-Policy. */
export const styleHash = `sha256-${createHash('sha256').update(stylesheet).digest('base64')}`
