import { type Language, texts } from '../pages/texts.js'
import { trailTexts } from './texts/trail.js'

/** What an outcome of the trail means, in words; the code itself where nobody has words for it. */
export function outcomeWords(outcome: string, language: Language): string {
  const reasons: Readonly<Record<string, string>> = trailTexts[language].reasons
  const errors: Readonly<Record<string, { title: string }>> = texts[language].error.codes
  if (Object.hasOwn(reasons, outcome)) return reasons[outcome] ?? outcome
  return Object.hasOwn(errors, outcome) ? (errors[outcome]?.title ?? outcome) : outcome
}

/** What has happened, in words. */
export function eventWords(event: string, language: Language): string {
  const events: Readonly<Record<string, string>> = trailTexts[language].events
  return Object.hasOwn(events, event) ? (events[event] ?? event) : event
}
