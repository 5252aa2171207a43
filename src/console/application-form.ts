import { actions, linkButton, submitButton } from '../pages/components/actions.js'
import { type Html, html } from '../pages/html.js'
import type { Access } from '../services/access.js'
import type { Application, ApplicationSettings } from '../services/application.js'
import { isOpenHttp, urisOf } from '../services/application-rules.js'
import { settingsOf } from '../services/applications.js'
import { accessChoice, accessTyped } from './access-choice.js'
import { conflictNotice, seenFields } from './conflict.js'
import { choices, FieldFaults, lineField, linesField, linesOf, textOrNull, tick } from './fields.js'
import { applicationTexts } from './texts/applications.js'
import type { Form, Screen, Visit } from './visit.js'

/** The settings that a form describes. */
export function settingsTyped(form: Form, { kind, ...before }: ApplicationSettings): ApplicationSettings {
  const plain = {
    name: form.get('name')?.trim() ?? '',
    description: textOrNull(form, 'description'),
    openUrl: textOrNull(form, 'openUrl'),
    logoUrl: textOrNull(form, 'logoUrl'),
    access: accessTyped(form),
  }
  if (kind === 'proxy') return { ...before, kind, ...plain }
  return {
    ...before,
    kind,
    ...plain,
    redirectUris: linesOf(form, 'redirectUris'),
    postLogoutRedirectUris: linesOf(form, 'postLogoutRedirectUris'),
    backchannelLogoutUri: textOrNull(form, 'backchannelLogoutUri'),
    usernameClaim: form.get('usernameClaim') === 'username' ? 'username' : 'handle',
    refreshTokens: form.has('refreshTokens'),
    scopes: form.has('dingtalk') ? ['dingtalk'] : [],
  }
}

interface ApplicationForm {
  access: Access
  before: Application
  settings: ApplicationSettings
  form?: Form
  faults?: FieldFaults
  isConflict?: boolean
}

/** The form with all settings of an application. */
export function applicationForm(visit: Visit, given: ApplicationForm): Screen {
  const { access, before, settings, form, isConflict } = given
  const { language, token, href } = visit
  const t = applicationTexts[language]
  const faults = given.faults ?? new FieldFaults([], language)
  const now = settingsOf(before)
  const path = `/admin/applications/${before.id}`
  const text = (name: 'name' | 'description' | 'openUrl' | 'logoUrl' | 'backchannelLogoutUri') =>
    lineField({ name, label: t.settings[name] ?? name, value: settings[name] ?? '', faults })
  const hasNewHttp = urisOf(settings).some(({ uri }) => isOpenHttp(uri))
  const choice = { access: settings.access, groups: access.groups, find: form?.get('find')?.trim() ?? '', faults }
  return {
    section: 'applications',
    title: before.name,
    status: isConflict ? 409 : faults.isEmpty ? 200 : 400,
    content: html`${isConflict && form && conflictNotice(visit, { form, now, typed: settings, labels: t.settings })}
<form method="post" action="${href(`${path}/edit`)}">${token}${seenFields(access.revision, now)}
${text('name')}${text('description')}
${accessChoice(visit, choice)}
${text('openUrl')}${text('logoUrl')}
${settings.kind !== 'proxy' && openidFields(visit, { settings, faults, backchannel: text('backchannelLogoutUri') })}
${hasNewHttp && html`<div class="field">${tick('allowHttp', t.allowHttp, { isTicked: form?.has('allowHttp') ?? false })}</div>`}
${actions(submitButton(t.save, { name: 'do', value: 'preview' }), linkButton(href(path), t.cancel, { weight: 'quiet' }))}</form>`,
  }
}

interface OpenidFields {
  settings: ApplicationSettings
  faults: FieldFaults
  backchannel: Html
}

function openidFields({ language }: Visit, { settings, faults, backchannel }: OpenidFields) {
  const t = applicationTexts[language]
  const lines = (name: 'redirectUris' | 'postLogoutRedirectUris') =>
    linesField({ name, label: t.settings[name] ?? name, hint: t.linesHint, values: settings[name], faults })
  const claim = (value: 'handle' | 'username') =>
    tick('usernameClaim', t.usernameClaims[value], { value, isTicked: settings.usernameClaim === value, isOne: true })
  return html`${lines('redirectUris')}${lines('postLogoutRedirectUris')}${backchannel}
${choices(t.settings.usernameClaim ?? '', html`${claim('handle')}${claim('username')}`)}
<div class="field">${tick('refreshTokens', t.refreshTokens, { isTicked: settings.refreshTokens })}
${tick('dingtalk', t.dingtalkScope, { isTicked: settings.scopes.includes('dingtalk') })}</div>`
}
