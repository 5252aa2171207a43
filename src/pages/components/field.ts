import { type Fragment, type Html, html } from '../html.js'

interface FieldParts {
  /** Also its id: one on each page. */
  name: string
  label: string
  hint?: Fragment
  /** What is wrong with what was typed. */
  fault?: string | undefined
  isRequired?: boolean
}

interface TextField extends FieldParts {
  value?: string | undefined
  type?: 'text' | 'search' | 'url' | 'date' | 'datetime-local'
  placeholder?: string
  /** The id of a `<datalist>`. */
  list?: string
}

/** A line of text, below its label. */
export function textField(field: TextField): Html {
  const { value, type = 'text', placeholder, list } = field
  return fieldAround(
    field,
    html`<input type="${type}"${attributesOf(field)} value="${value}"${placeholder && html` placeholder="${placeholder}"`}${list && html` list="${list}"`} autocomplete="off">`,
  )
}

/** Several lines of text. */
export function areaField(field: FieldParts & { value?: string | undefined; rows?: number }): Html {
  // A newline that follows the tag at once is not part of the text.
  return fieldAround(field, html`<textarea${attributesOf(field)} rows="${field.rows ?? 4}">\n${field.value}</textarea>`)
}

export interface Option {
  value: string
  text: string
}

/** One of these. */
export function selectField(field: FieldParts & { options: readonly Option[]; value?: string | undefined }): Html {
  return fieldAround(field, html`<select${attributesOf(field)}>${optionsOf(field.options, field.value)}</select>`)
}

/** The options of a `<select>`, this one chosen. */
export function optionsOf(options: readonly Option[], chosen: string | undefined): Html[] {
  return options.map(
    ({ value, text }) => html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`,
  )
}

/** A box to tick, beside its label. */
export function checkField(field: FieldParts & { isChecked?: boolean; value?: string }): Html {
  const { label, value = 'yes', isChecked } = field
  const box = html`<input type="checkbox"${attributesOf(field)} value="${value}"${isChecked && html` checked`}>`
  return html`<div class="field"><label class="check">${box} <span>${label}</span></label>${notesOf(field)}</div>`
}

function fieldAround(field: FieldParts, control: Html): Html {
  return html`<div class="field"><label for="${field.name}">${field.label}</label>${control}${notesOf(field)}</div>`
}

function attributesOf({ name, hint, fault, isRequired }: FieldParts): Html {
  const notes = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(' ')
  return html` id="${name}" name="${name}"${isRequired && html` required`}${notes && html` aria-describedby="${notes}"`}${fault && html` aria-invalid="true"`}`
}

function notesOf({ name, hint, fault }: FieldParts): Html {
  return html`${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}${fault && html`<p class="fault" id="${name}-fault">${fault}</p>`}`
}
