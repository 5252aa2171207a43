import { en } from './texts.en.js'
import { zh } from './texts.zh.js'
import type { Language, Texts } from './texts-shape.js'

/** Every text that people see, by language. */
export const texts: Record<Language, Texts> = { en, zh }

export type { Language, Texts }
