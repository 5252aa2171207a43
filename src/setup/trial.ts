import { checkDingTalk } from '../checks/dingtalk-check.js'
import type { Config } from '../config/config.js'
import type { Language } from '../pages/texts.js'
import { type FindingWords, wordsOf } from './finding-words.js'
import type { Interview } from './interview.js'
import { Stopped } from './stopped.js'
import { setupTexts } from './texts/texts.js'

/**
 * Asks DingTalk as `check-config --online` does, and gives what it found in words, as it comes to know it.
 * @throws {Stopped} once the signal says so
 */
export async function tryDingTalk(
  config: Config,
  { language, signal, onFinding }: { language: Language; signal: AbortSignal; onFinding?(words: FindingWords): void },
): Promise<FindingWords[]> {
  const found: FindingWords[] = []
  const ask = async () => {
    for await (const finding of checkDingTalk(config, signal)) {
      if (signal.aborted) return
      const words = wordsOf(finding, config, language)
      found.push(words)
      onFinding?.(words)
    }
  }
  const asked = ask()
  // Once nobody waits for it, it must not end the process.
  asked.catch(() => {})
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([asked, stopped])
  if (signal.aborted) throw new Stopped()
  return found
}

/** What the person wants after a trial. */
export type AfterTrial = 'goOn' | 'again' | 'change'

/** Tries it, says what is found, and asks what to do about faults. */
export async function trial(config: Config, at: Interview & { signal: AbortSignal }): Promise<AfterTrial> {
  const { prompter, language, signal } = at
  const texts = setupTexts[language].trial
  prompter.step(texts.asking)
  const said = new Set<string>()
  const say = ({ state, title, lines: all }: FindingWords) => {
    // One application is often the cause of several refusals.
    const isNews = all.length === 0 || !said.has(all[0] ?? '')
    const lines = isNews ? all : [texts.asAbove, ...all.slice(-1)]
    for (const line of all.slice(0, 1)) said.add(line)
    if (state === 'fault') prompter.bad([title, ...lines])
    else if (state === 'absent') prompter.warn([title, ...lines])
    else prompter.good(title, { isNext: true })
  }
  const found = await tryDingTalk(config, { language, signal, onFinding: say })
  if (found.every(({ state }) => state !== 'fault')) return 'goOn'
  const { question, again, change, goOn } = texts.next
  return prompter.choose(question, [
    { value: 'again', label: again },
    { value: 'change', label: change },
    { value: 'goOn', label: goOn },
  ])
}
