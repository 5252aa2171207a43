import { problemOf } from '../config/single-settings.js'
import { areOneSite } from '../config/warnings.js'
import type { Language } from '../pages/texts.js'
import type { Answers, Audience, Kind } from './answers.js'
import { answersBefore, usualFrontendUrl } from './as-before.js'
import { askCredentials } from './credentials-questions.js'
import { guideTo } from './guide.js'
import { problemIn } from './problem-words.js'
import type { Prompter } from './prompter.js'
import { emulatorCredentials, isForProduction, type Surroundings } from './settings.js'
import { setupTexts } from './texts/texts.js'

/** What the questions have to know. */
export interface Interview {
  prompter: Prompter
  language: Language
  surroundings: Surroundings
  /** The emulator was named beforehand: the choice begins with it. */
  prefersEmulator: boolean
}

/** Asks for all that cannot be guessed. */
export async function interview(at: Interview): Promise<Answers> {
  const { prompter, language } = at
  const texts = setupTexts[language]
  const kind = await askKind(at)
  const publicUrl = await askPublicUrl(at)
  const frontendUrl = await askFrontendUrl(at, publicUrl)
  const known = { publicUrl, frontendUrl }
  if (kind === 'emulator')
    return { ...known, ...emulatorCredentials, kind, audience: 'directory', directoryApp: undefined, corpId: undefined }

  const audience = await askAudience(at)
  const production = isForProduction({ publicUrl, kind }, at.surroundings)
  prompter.step(texts.guide.title)
  prompter.show(guideTo({ kind, publicUrl, audience }, language))
  return { ...known, kind, audience, ...(await askCredentials(at, { kind, audience, production })) }
}

async function askKind({ prompter, language, surroundings, prefersEmulator }: Interview): Promise<Kind> {
  const { question, ...kinds } = setupTexts[language].kind
  const options = (['oauth2', 'qrconnect', 'emulator'] as const).map((value) => ({ value, ...kinds[value] }))
  return prompter.choose(question, options, prefersEmulator ? 'emulator' : answersBefore(surroundings.present).kind)
}

async function askPublicUrl({ prompter, language, surroundings }: Interview): Promise<string> {
  const { publicUrl } = setupTexts[language]
  const answer = await prompter.ask({
    message: publicUrl,
    fallback: answersBefore(surroundings.present).publicUrl,
    problemOf: (text) => spoken(problemOf('PUBLIC_URL', text, { production: false }), language),
  })
  return new URL(answer).origin
}

async function askFrontendUrl(at: Interview, publicUrl: string): Promise<string> {
  const { prompter, language, surroundings } = at
  const { frontendUrl, foreignFrontEnd } = setupTexts[language]
  for (;;) {
    const answer = await prompter.ask({
      message: frontendUrl,
      fallback: usualFrontendUrl(publicUrl, surroundings.present),
      problemOf: (text) => spoken(problemOf('FRONTEND_URL', text, { production: false }), language),
    })
    if (await areOneSite(new URL(answer), new URL(publicUrl))) return answer
    prompter.warn(foreignFrontEnd.warning)
    const { question, change, keep } = foreignFrontEnd
    const choice = await prompter.choose(question, [
      { value: 'change', label: change },
      { value: 'keep', label: keep },
    ])
    if (choice === 'keep') return answer
  }
}

async function askAudience({ prompter, language, surroundings }: Interview): Promise<Audience> {
  const { question, ...audiences } = setupTexts[language].audience
  const options = (['members', 'directory', 'anyone'] as const).map((value) => ({ value, ...audiences[value] }))
  return prompter.choose(question, options, answersBefore(surroundings.present).audience)
}

/** Asks for the credentials again, those that were given being what Enter gives. */
export async function askAgain(at: Interview, answers: Answers): Promise<Answers> {
  const { kind, audience } = answers
  if (kind === 'emulator') return answers
  const production = isForProduction(answers, at.surroundings)
  return { ...answers, ...(await askCredentials(at, { kind, audience, production, before: answers })) }
}

const spoken = (problem: string | undefined, language: Language) =>
  problem === undefined ? undefined : problemIn(problem, language)
