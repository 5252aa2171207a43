// Logs in inside the DingTalk client: asks it for a code, and sends that with the state of this very page. Built by
// src/cli/build.mjs, with what it needs of DingTalk's library, into one file.
import './hear-the-client-alone.js'
import 'dingtalk-jsapi/platform/index.js'
import { requestAuthCode$ as requestByCorp } from 'dingtalk-jsapi/api/runtime/permission/requestAuthCode.js'
import { requestAuthCode$ as requestByClient } from 'dingtalk-jsapi/api/union/requestAuthCode.js'
import { ddSdk } from 'dingtalk-jsapi/lib/ddSdk.js'

const WAIT_MS = 4000
/** What this server takes for a code. */
const CODE = /^[\x21-\x7e]{1,512}$/
/** The library's own: what the person cancelled, what this client does not have, what it has not answered. */
const REASONS = new Map([
  ['-1', 'cancelled'],
  ['1', 'unsupported'],
  ['4040', 'unsupported'],
  ['4050', 'unsupported'],
  ['408', 'silent'],
])

/** Why there is no code, as a sentence of the page. */
class NoCode extends Error {
  constructor(reason) {
    super(reason)
    this.reason = reason
  }
}

const form = document.querySelector('#in-client')
const { corpId, clientId } = form.dataset

/** By `clientId` where the client knows how, which is since 7.0.45 on phones and 7.0.50 on desktops. */
async function askClient() {
  const sdk = ddSdk.getExportSdk()
  if (sdk.env.platform === 'notInDingTalk') throw new NoCode('unsupported')
  const newer = 'runtime.permission.requestAuthCodeV2'
  const known = await sdk.checkJsApi({ jsApiList: [newer] })
  const answer = await (known[newer] ? requestByClient({ corpId, clientId }) : requestByCorp({ corpId }))
  if (typeof answer?.code !== 'string' || !CODE.test(answer.code)) throw new NoCode('unreadable')
  return answer.code
}

function silence() {
  return new Promise((_, reject) => setTimeout(() => reject(new NoCode('silent')), WAIT_MS))
}

/** Says why there is no login by itself, and shows the other ways on at once. */
function explain(error) {
  const number = String(error?.errorCode ?? error?.code ?? '')
  const reason = error instanceof NoCode ? error.reason : (REASONS.get(number) ?? 'refused')
  const sentence = document.querySelector(`[data-reason="${reason}"]`)
  sentence.hidden = false
  // For the administrator; whatever else the client said stays out.
  if (reason === 'refused' && /^-?\d{1,9}$/.test(number)) sentence.append(` (${number})`)
  document.querySelector('#waiting').hidden = true
  document.querySelector('#ways').classList.remove('late')
}

// Whoever comes back to this page was logged in by it, or was told why not: no login by itself.
const isBack = performance.getEntriesByType('navigation')[0]?.type === 'back_forward'
addEventListener('pageshow', ({ persisted }) => persisted && explain(new NoCode('back')))

if (isBack) explain(new NoCode('back'))
else
  Promise.race([askClient(), silence()]).then((code) => {
    form.elements.inClientCode.value = code
    form.submit()
  }, explain)
