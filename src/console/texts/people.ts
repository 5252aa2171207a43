import type { Language } from '../../pages/texts.js'
import { en } from './people.en.js'
import { zh } from './people.zh.js'
import type { PeopleTexts } from './people-shape.js'

/** The texts of the pages about people. */
export const peopleTexts: Record<Language, PeopleTexts> = { en, zh }

export { type Doing, doings, type PeopleTexts } from './people-shape.js'
