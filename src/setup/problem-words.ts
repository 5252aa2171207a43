import type { ConfigFault } from '../config/cross-faults.js'
import type { Language } from '../pages/texts.js'
import { setupTexts } from './texts/texts.js'

/** Before the character that a problem may come from. */
const ODDITY = '; it '

/** What the configuration says of a setting, in this language as far as that has words for it. */
export function problemIn(problem: string, language: Language): string {
  const parts = problem.split(ODDITY).map((part) => wordsFor(part, language))
  return parts.join(language === 'zh' ? '；' : ODDITY)
}

function wordsFor(problem: string, language: Language): string {
  for (const [pattern, words] of setupTexts[language].problems) {
    const found = pattern.exec(problem)
    if (found) return words.replace(/\$(\d)/g, (_, n: string) => found[Number(n)] ?? '')
  }
  return problem
}

/** A fault or a warning as a line. */
export function faultLine({ setting, problem }: ConfigFault, language: Language): string {
  return `${setting}${language === 'zh' ? '：' : ': '}${problemIn(problem, language)}`
}
