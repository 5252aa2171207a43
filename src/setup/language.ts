import type { Language } from '../pages/texts.js'

/** The language of whoever sits at the terminal, by the variables that POSIX has for it, else by the system's. */
export function guessLanguage(environment: Record<string, string | undefined>): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = environment
  const locale = LC_ALL || LC_MESSAGES || LANG || Intl.DateTimeFormat().resolvedOptions().locale
  return /^zh/i.test(locale) ? 'zh' : 'en'
}
