import { type Html, html } from '../../pages/html.js'
import { SECOND } from '../../time.js'
import { apiCalls, type Fault, faultName } from '../apis/faults.js'
import { folded } from './layout.js'
import type { Texts } from './texts.js'

type Group = keyof Texts['faultGroups']
type FaultKey = keyof Texts['faultNames']

/** Faults to order by a click: their names in the texts, and what is sent. */
const groups: Record<Group, Partial<Record<FaultKey, Fault>>> = {
  network: {
    hang: 'hang',
    reset: 'reset',
    slow: { delayMs: 3 * SECOND },
    redirect: 'redirect',
    truncated: 'truncated',
    tooLarge: 'too-large',
    html: 'html',
  },
  refusals: {
    codeRejected: { errcode: 40078 },
    notInOrganisation: { errcode: 60121 },
    outOfScope: { errcode: 50002 },
    tokenInvalid: { errcode: 88, sub_code: '40014' },
    tokenInvalidNew: { status: 400, code: 'InvalidAuthentication' },
    addressNotListed: { errcode: 88, subcodeInMessage: '60020' },
    permissionMissing: { status: 403, code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied' },
  },
  load: {
    busy: { errcode: -1 },
    throttled: { errcode: 90018 },
    throttledNew: { status: 403, code: 'Forbidden.AccessDenied.QpsLimitForApi' },
    broken: { status: 500, code: 'unknownError' },
    ban: 'ban',
  },
  answers: {
    noUnionid: 'no-unionid',
    stringNumbers: 'string-numbers',
    empty: { body: {} },
  },
}

/** Faults by what they mean; what goes over the wire stands beside it. */
export function faultSection(texts: Texts): Html {
  return folded(
    texts.faults,
    html`<p>${texts.faultsHint}</p>
<p><label>${texts.call} <select id="call">${apiCalls.map((call) => html`<option>${call}</option>`)}</select></label></p>
${Object.entries(groups).map(([group, faults]) => groupOf(texts, group, faults))}
<p>${texts.pending}${texts.colon}<span id="waiting" data-none="${texts.none}">${texts.none}</span></p>`,
  )
}

function groupOf({ faultGroups, faultNames }: Texts, group: string, faults: Partial<Record<FaultKey, Fault>>): Html {
  const names: Record<string, string> = faultNames
  const headings: Record<string, string> = faultGroups
  const buttons = Object.entries(faults).map(
    ([key, fault]) =>
      html`<button type="button" data-fault="${JSON.stringify(fault)}"><span>${names[key]}</span> <small>${codeOf(fault)}</small></button>`,
  )
  return html`<h3>${headings[group]}</h3><p class="actions">${buttons}</p>`
}

/** As it stands in the journal, with DingTalk's second code where there is one. */
function codeOf(fault: Fault): string {
  if (typeof fault === 'string' || !('errcode' in fault)) return faultName(fault).replace(/^.*\./, '')
  return [fault.errcode, fault.sub_code ?? fault.subcodeInMessage].filter((code) => code !== undefined).join(' · ')
}
