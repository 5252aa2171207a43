// Says the page's times as the reader's own: how long ago, or when.
const language = document.documentElement.lang
const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]
const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })

function sinceThen(date) {
  const seconds = (date - Date.now()) / 1000
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', Number.POSITIVE_INFINITY]
  return ago.format(Math.trunc(seconds / size) || 0, unit)
}

function show() {
  for (const time of document.querySelectorAll('time')) {
    const date = new Date(time.dateTime)
    const isRelative = 'relative' in time.dataset
    time.textContent = isRelative ? sinceThen(date) : exact.format(date)
    if (isRelative) time.title = exact.format(date)
  }
}

show()
setInterval(show, 60_000)
