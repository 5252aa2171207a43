import { OperatorError } from '../errors.js'
import type { Language } from '../pages/texts.js'
import type { Answers } from './answers.js'
import { configOf, draftOf, warningsAbout } from './draft.js'
import type { FindingWords } from './finding-words.js'
import { writeSettings } from './finish.js'
import { lastWords } from './last-words.js'
import { readPresent } from './present-file.js'
import { faultLine } from './problem-words.js'
import { setupTexts } from './texts/texts.js'
import { tryDingTalk } from './trial.js'

interface Options {
  /** What is said, by what is there already. */
  answersFrom(present: Readonly<Record<string, string>>): Promise<Answers>
  environment: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
  language: Language
  path: string
  emulatorUrl: string
  /** DingTalk is not asked. */
  offline: boolean
  /** What is there already is replaced. */
  force: boolean
}

/** How it went, for people and for programs; never with a secret. */
export interface UnattendedResult {
  exitCode: number
  text: string
  json: unknown
}

/**
 * Tries the answers, and writes the settings that follow from them where DingTalk finds no fault.
 * @throws {OperatorError} where a file is there that may not be replaced, or something cannot be used
 */
export async function setUpUnattended(options: Options): Promise<UnattendedResult> {
  const { environment, signal, language, path, offline, force, emulatorUrl } = options
  const present = readPresent(path)
  if (present && !force)
    throw new OperatorError(
      `${path} is there already: --force replaces it and keeps a copy, --output FILE writes another one.`,
    )
  const values = present?.values ?? {}
  const answers = await options.answersFrom(values)
  const draft = draftOf(answers, { present: values, environment, emulatorUrl })
  const findings = offline ? [] : await tryDingTalk(configOf(draft), { language, signal })
  if (findings.some(({ state }) => state === 'fault')) return refusal(findings, language)

  const warnings = await warningsAbout(draft, environment)
  const outcome = writeSettings({ path, present }, draft, language)
  const words = lastWords({ outcome, draft, language })
  const text = [
    ...findings.map(findingText),
    ...words.done,
    ...words.remarks,
    ...(warnings.length > 0 ? [setupTexts[language].end.warnings] : []),
    ...warnings.map((warning) => `  ${faultLine(warning, language)}`),
    ...words.commands.map(({ words: lead, command }) => `${lead}${language === 'zh' ? '：' : ': '}${command}`),
    ...words.afterwards,
    words.rest,
  ]
  const { copy, isUnchanged } = outcome
  const json = {
    ...{ ok: true, file: path, written: !isUnchanged, copy: copy ?? null, kept: Object.keys(draft.kept) },
    ...{
      settings: Object.keys(draft.settings),
      findings,
      warnings,
      next: words.commands.map(({ command }) => command),
    },
  }
  return { exitCode: 0, text: text.join('\n'), json }
}

function refusal(findings: FindingWords[], language: Language): UnattendedResult {
  const { stopped, offline } = setupTexts[language].unattended
  const text = [...findings.map(findingText), stopped, offline].join('\n')
  return { exitCode: 1, text, json: { ok: false, file: null, written: false, findings } }
}

function findingText({ state, title, lines }: FindingWords): string {
  const mark = { 'in order': '✓', absent: '!', 'not said': '?', fault: '✗' }[state]
  return [`${mark} ${title}`, ...lines.map((line) => `    ${line}`)].join('\n')
}
