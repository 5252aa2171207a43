import type { DirectoryProfile } from '../../services/directory.js'
import { profileOf } from './user-row.js'

/** Of their texts: some four thousand people, with what is made of them eight megabytes. */
const MAX_CHARACTERS = 1_000_000

/**
 * The profiles of those who come again and again, each by the text that their row holds: so none is older than its row.
 * Reading that text is a tenth of a check. The same text gives the same object, which nobody changes.
 */
export class KeptProfiles {
  readonly #kept = new Map<string, DirectoryProfile>()
  #characters = 0

  of(text: string | null): DirectoryProfile | null {
    return (text !== null && this.#kept.get(text)) || this.#read(text)
  }

  #read(text: string | null): DirectoryProfile | null {
    const profile = profileOf(text)
    if (text === null || profile === null) return null
    this.#kept.set(text, profile)
    this.#characters += text.length
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= MAX_CHARACTERS) break
      this.#kept.delete(oldest)
      this.#characters -= oldest.length
    }
    return profile
  }
}
