import { areaField, textField } from '../pages/components/field.js'
import { type Html, html } from '../pages/html.js'
import type { Language } from '../pages/texts.js'
import type { Fault } from '../services/faults.js'
import { problemIn } from './texts/faults.js'
import type { Form } from './visit.js'

/** What is wrong with a form, by its fields. */
export class FieldFaults {
  readonly #faults: readonly Fault[]
  readonly #language: Language

  constructor(faults: readonly Fault[], language: Language) {
    this.#faults = faults
    this.#language = language
  }

  get isEmpty(): boolean {
    return this.#faults.length === 0
  }

  /** What is wrong at this field, or at what it lists: there with the number of the line. */
  at(field: string): string | undefined {
    const here = this.#faults.filter(({ path }) => path.replace(/[[.].*$/, '') === field)
    const lines = here.map(({ path, problem }) => {
      const at = /\[(\d+)\]/.exec(path)?.[1]
      const text = problemIn(problem, this.#language)
      return at === undefined ? text : `${Number(at) + 1}: ${text}`
    })
    const separator = this.#language === 'zh' ? '；' : '; '
    return lines.length > 0 ? [...new Set(lines)].join(separator) : undefined
  }

  /** The same for what is no field of its own. */
  notice(field: string): Html | undefined {
    const fault = this.at(field)
    return fault === undefined ? undefined : html`<p class="alert bad" role="alert">${fault}</p>`
  }
}

interface Field {
  name: string
  label: string
  hint?: string
  faults: FieldFaults
}

/** A text of one line. */
export function lineField({ faults, ...field }: Field & { value: string; isRequired?: boolean }): Html {
  return textField({ ...field, fault: faults.at(field.name) })
}

/** A list with a line for each. */
export function linesField({ faults, values, ...field }: Field & { values: readonly string[] }): Html {
  const rows = Math.max(2, values.length + 1)
  return areaField({ ...field, value: values.join('\n'), rows, fault: faults.at(field.name) })
}

/** Something that is ticked or not; radio buttons are the same of one name. */
export function tick(
  name: string,
  label: string,
  options: { value?: string; isTicked: boolean; isOne?: boolean },
): Html {
  const { value = 'yes', isTicked, isOne } = options
  return html`<label class="check"><input type="${isOne ? 'radio' : 'checkbox'}" name="${name}" value="${value}"${isTicked && html` checked`}> <span>${label}</span></label>`
}

/** What belongs together, below a question. */
export function choices(question: string, content: Html): Html {
  return html`<fieldset class="field choices"><legend>${question}</legend>${content}</fieldset>`
}

/** The lines that are not empty. */
export function linesOf(form: Form, name: string): string[] {
  return (form.get(name) ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** What was typed, without the blanks around; null for nothing. */
export function textOrNull(form: Form, name: string): string | null {
  return form.get(name)?.trim() || null
}

/** All of a form, to be sent once more; not which button was pressed. */
export function hiddenFields(form: Form): Html[] {
  return [...form]
    .filter(([name]) => name !== 'do' && name !== 'find')
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
}

/** Whether more is looked for; that button is a form's first, so that Enter presses it: with nothing to look for the form goes on. */
export function isSearch(form: Form): boolean {
  return form.get('do') === 'find' && (form.get('find') ?? '').trim() !== ''
}
