import { existsSync, lstatSync } from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { ConfigFault } from '../config/cross-faults.js'
import type { Language } from '../pages/texts.js'
import type { Answers } from './answers.js'
import { configOf, type Draft, draftOf, faultsOfKept, warningsAbout } from './draft.js'
import { type Target, writeSettings } from './finish.js'
import { askAgain, type Interview, interview } from './interview.js'
import { guessLanguage } from './language.js'
import { type LastWords, lastWords } from './last-words.js'
import { type PresentFile, readPresent } from './present-file.js'
import { faultLine } from './problem-words.js'
import { Prompter, type Terminal } from './prompter.js'
import type { Surroundings } from './settings.js'
import { Stopped } from './stopped.js'
import { setupTexts } from './texts/texts.js'
import { trial } from './trial.js'

interface Options {
  terminal: Terminal
  /** Ends it, from outside or from the terminal. */
  stop: AbortController
  environment: Readonly<Record<string, string | undefined>>
  /** Asked where it is undefined. */
  language: Language | undefined
  /** Where the settings go. */
  path: string
  emulatorUrl: string
  /** The emulator was named beforehand: the choice begins with it. */
  prefersEmulator: boolean
  /** DingTalk is not asked. */
  offline: boolean
}

/**
 * Asks a person for the settings, tries them, and writes them. Returns the exit code: 1 where they ended it, and
 * nothing was written.
 * @throws {OperatorError} where the file cannot be read or written
 */
export async function setUpAtTerminal({ terminal, stop, ...options }: Options): Promise<number> {
  const { signal } = stop
  const forget = stopAtEnd(terminal.input, stop)
  const prompter = new Prompter(terminal, signal)
  let language = options.language ?? guessLanguage(options.environment)
  try {
    prompter.begin('dingtalk-login setup')
    if (!options.language) language = await askLanguage(prompter, language)
    prompter.soft(setupTexts[language].keys)
    const { target, present } = await chooseTarget(prompter, language, options.path)
    const { environment, emulatorUrl, prefersEmulator } = options
    const surroundings: Surroundings = { present: present?.values ?? {}, environment, emulatorUrl }
    const at = { prompter, language, surroundings, prefersEmulator, signal }
    const draft = await agreedDraft(at, options.offline)
    const warnings = await warningsAbout(draft, environment)
    if (signal.aborted) throw new Stopped()
    const outcome = writeSettings(target, draft, language)
    sayAtTheEnd(at, lastWords({ outcome, draft, language }), warnings)
    return 0
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    prompter.end(setupTexts[language].stopped)
    return 1
  } finally {
    forget()
  }
}

function sayAtTheEnd({ prompter, language }: Interview, words: LastWords, warnings: readonly ConfigFault[]): void {
  prompter.good(words.done)
  if (words.remarks.length > 0) prompter.soft(words.remarks)
  if (warnings.length > 0)
    prompter.warn([setupTexts[language].end.warnings, ...warnings.map((warning) => faultLine(warning, language))])
  for (const { words: lead, command } of words.commands) {
    prompter.step(lead)
    prompter.show([`  ${command}`])
  }
  prompter.step(words.afterwards)
  prompter.end(words.rest)
}

/** Whoever closes the terminal, or says by Ctrl-D that nothing more comes, answers no more. */
function stopAtEnd(input: Readable, stop: AbortController): () => void {
  const end = () => stop.abort()
  const press = (_text: unknown, key: { ctrl?: boolean; name?: string } | undefined) => {
    if (key?.ctrl && key.name === 'd') end()
  }
  input.on('end', end).on('keypress', press)
  return () => {
    input.off('end', end).off('keypress', press)
  }
}

function askLanguage(prompter: Prompter, guessed: Language): Promise<Language> {
  const options = [
    { value: 'zh' as const, label: '简体中文' },
    { value: 'en' as const, label: 'English' },
  ]
  return prompter.choose('语言 / Language', options, guessed)
}

/** The settings that the person is content with: tried, or gone on with all the same. */
async function agreedDraft(at: Interview & { signal: AbortSignal }, offline: boolean): Promise<Draft> {
  let answers = await interview(at)
  for (;;) {
    const draft = await usableDraft(at, answers)
    const next = offline ? 'goOn' : await trial(configOf(draft), at)
    if (next === 'goOn') return draft
    if (next === 'change') answers = await askAgain(at, answers)
  }
}

/** Without what was kept but cannot be used, if the person says so. */
async function usableDraft({ prompter, language, surroundings }: Interview, answers: Answers): Promise<Draft> {
  const draft = draftOf(answers, surroundings)
  const faults = faultsOfKept(draft)
  if (faults.length === 0) return draft
  const { faulty, question, leaveOut, stop } = setupTexts[language].kept
  prompter.warn([faulty, ...faults.map((fault) => faultLine(fault, language))])
  const choice = await prompter.choose(question, [
    { value: 'leaveOut', label: leaveOut },
    { value: 'stop', label: stop },
  ])
  if (choice === 'stop') throw new Stopped()
  return draftOf(
    answers,
    surroundings,
    faults.map(({ setting }) => setting),
  )
}

/** Never over a file that is there without asking. What it holds is where the questions begin, wherever the answers go. */
async function chooseTarget(
  prompter: Prompter,
  language: Language,
  wanted: string,
): Promise<{ target: Target; present: PresentFile | undefined }> {
  const present = readPresent(wanted)
  if (!present) return { target: { path: wanted, present }, present }
  const { found, replace, elsewhere, stop, ...texts } = setupTexts[language].present
  const choice = await prompter.choose(found(wanted), [
    { value: 'replace', ...replace },
    { value: 'elsewhere', ...elsewhere },
    { value: 'stop', label: stop },
  ])
  if (choice === 'stop') throw new Stopped()
  if (choice === 'replace') return { target: { path: wanted, present }, present }
  const other = await prompter.ask({
    message: texts.path,
    fallback: freeName(`${wanted}.new`),
    problemOf: (name) => {
      if (name === '') return undefined
      if (lstatSync(name, { throwIfNoEntry: false })) return `${name} ${texts.taken}`
      return existsSync(path.dirname(name)) ? undefined : `${name} ${texts.noFolder}`
    },
  })
  return { target: { path: other, present: undefined }, present }
}

/** This name, or one with a number behind it that nothing has. */
function freeName(name: string): string {
  for (let n = 1; ; n += 1) {
    const free = n === 1 ? name : `${name}-${n}`
    if (!lstatSync(free, { throwIfNoEntry: false })) return free
  }
}
