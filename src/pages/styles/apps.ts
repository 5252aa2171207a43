/** How many colours stand for applications without a logo. */
export const HUES = 12

const hues = Array.from({ length: HUES }, (_, n) => `.hue${n} { --hue: ${n * (360 / HUES)} }`).join('\n')

/** The page of the applications: tiles, and who is signed in above them. */
export const apps = `
body { justify-content: flex-start }
main.wide { max-width: 64rem; padding: 0; border: 0; background: none; box-shadow: none }
.top { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--s3) var(--s5); margin-bottom: var(--s5) }
.top h1 { margin: 0 }
.corner { display: flex; align-items: center; gap: var(--s3); min-width: 0; max-width: 100% }
.corner .person { min-height: 2.25rem; color: inherit; text-decoration: none; font-size: .9375rem }
.corner .person:hover { text-decoration: underline }
.corner bdi { max-width: 12rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.corner .action { flex: none }
.search { display: flex; gap: var(--s2); max-width: 28rem; margin: 0 0 var(--s4) }
.search input { flex: 1; min-width: 0; min-height: 2.75rem; padding: var(--s2) var(--s3); border: 1px solid var(--edge); border-radius: var(--radius); background: var(--surface); color: var(--text); font: inherit }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: var(--s4); margin: 0; padding: 0; list-style: none }
.tiles li { display: flex; min-width: 0 }
.tile { flex: 1; display: flex; align-items: flex-start; gap: var(--s4); min-width: 0; padding: var(--s4); border: 1px solid var(--line); border-radius: var(--radius-large);
  background: var(--surface); color: var(--text); text-decoration: none; box-shadow: var(--shadow) }
.tile:hover { border-color: var(--accent) }
.tile:hover strong { text-decoration: underline }
.logo { flex: none; display: grid; place-items: center; width: 3rem; height: 3rem; border-radius: .75rem; overflow: hidden; background: hsl(var(--hue) 45% 30%); color: #fff; font-size: 1.375rem; font-weight: 600; line-height: 1 }
.logo.image { background: #fff }
.logo img { width: 100%; height: 100%; padding: .25rem; object-fit: contain }
.words { flex: 1; display: block; min-width: 0; line-height: 1.45 }
.words strong, .words .soft { display: -webkit-box; -webkit-box-orient: vertical; overflow: hidden }
.words strong { -webkit-line-clamp: 2; font-weight: 600 }
.words .soft { -webkit-line-clamp: 3 }
.words strong:only-child { padding-top: .7rem }
.more { margin: var(--s5) 0 0 }
.empty { max-width: 32rem; margin: var(--s7) auto; text-align: center }
${hues}
`
