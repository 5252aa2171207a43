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

  /** What is wrong at this field, or at what it lists. */
  at(field: string): Html | undefined {
    const here = this.#faults.filter(({ path }) => path.replace(/[[.].*$/, '') === field)
    return here.length > 0
      ? html`<p class="alert" role="alert" id="fault-${field}">${here.map((fault) => this.#line(fault))}</p>`
      : undefined
  }

  #line({ path, problem }: Fault): Html {
    const at = /\[(\d+)\]/.exec(path)?.[1]
    const text = problemIn(problem, this.#language)
    return html`${at !== undefined && `${Number(at) + 1}: `}<span lang="${text.lang}">${text.text}</span><br>`
  }
}

interface Field {
  name: string
  label: string
  hint?: string | undefined
  faults: FieldFaults
}

/** A text of one line. */
export function textField({
  name,
  label,
  hint,
  faults,
  value,
  required,
}: Field & { value: string; required?: boolean }): Html {
  const fault = faults.at(name)
  return html`<p><label for="f-${name}">${label}</label><br>
<input id="f-${name}" name="${name}" value="${value}" autocomplete="off"${required && html` required`}${described(name, hint, fault)}></p>
${hint && html`<p class="soft" id="hint-${name}">${hint}</p>`}${fault}`
}

/** A list with a line for each. */
export function linesField({ name, label, hint, faults, values }: Field & { values: readonly string[] }): Html {
  const fault = faults.at(name)
  return html`<p><label for="f-${name}">${label}</label><br>
<textarea id="f-${name}" name="${name}" rows="${Math.max(2, values.length + 1)}" cols="50" spellcheck="false"${described(name, hint, fault)}>
${values.join('\n')}</textarea></p>
${hint && html`<p class="soft" id="hint-${name}">${hint}</p>`}${fault}`
}

/** Something that is ticked or not; radio buttons are the same of one name. */
export function tick(
  name: string,
  label: Html | string,
  options: { value?: string; isTicked: boolean; type?: 'radio' },
): Html {
  const { value = 'yes', isTicked, type = 'checkbox' } = options
  return html`<label><input type="${type}" name="${name}" value="${value}"${isTicked && html` checked`}> ${label}</label>`
}

function described(name: string, hint: string | undefined, fault: Html | undefined): Html {
  const ids = [hint && `hint-${name}`, fault && `fault-${name}`].filter(Boolean)
  return html`${fault && html` aria-invalid="true"`}${ids.length > 0 && html` aria-describedby="${ids.join(' ')}"`}`
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
export function hiddenFields(form: Form, except: readonly string[] = []): Html[] {
  return [...form]
    .filter(([name]) => name !== 'do' && name !== 'find' && !except.includes(name))
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
}
