const texts = {
  en: {
    greeting: (name) => `Hello, ${name}!`,
    nobody: 'Nobody is signed in.',
    nothing: 'none',
    thisBrowser: 'this browser',
  },
  zh: {
    greeting: (name) => `你好，${name}！`,
    nobody: '尚未登录。',
    nothing: '无',
    thisBrowser: '当前浏览器',
  },
}

const language = navigator.language.startsWith('zh') ? 'zh' : 'en'
const text = texts[language]
const find = (selector) => document.querySelector(selector)

/** Adds a line to the list of requests. */
export function showRequest(method, path, status) {
  addLine('#requests', `${method} ${path} → ${status}`)
}

/** Shows who is signed in. Everything goes in as text: a nick is whatever a person chose to call themselves. */
export function show({ username, me, sessions }) {
  find('#username').textContent = username ?? text.nothing
  find('#greeting').textContent = me ? text.greeting(me.nick) : text.nobody
  find('#me').textContent = me ? JSON.stringify(me, null, 2) : '401 unauthenticated'
  find('#log-in').hidden = Boolean(me)
  find('#log-out').hidden = !me
  find('#sessions').replaceChildren()
  if (sessions.length === 0) addLine('#sessions', text.nothing)
  for (const { current, ip, userAgent, lastSeenAt } of sessions) {
    const when = new Date(lastSeenAt).toLocaleString(language)
    addLine('#sessions', `${when} · ${ip} · ${userAgent}${current ? ` (${text.thisBrowser})` : ''}`)
  }
}

function addLine(list, line) {
  const item = document.createElement('li')
  item.textContent = line
  find(list).append(item)
}

if (language === 'zh') {
  document.documentElement.lang = 'zh-CN'
  for (const element of document.querySelectorAll('[data-zh]')) element.textContent = element.dataset.zh
  document.title = find('h1').textContent
}
