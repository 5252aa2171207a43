import type { Language } from '../pages/texts.js'
import { permission } from '../paste/dingtalk-permissions.js'
import type { Answers } from './answers.js'
import { setupTexts } from './texts/texts.js'

type Known = Pick<Answers, 'publicUrl' | 'audience'> & { kind: 'oauth2' | 'qrconnect' }

/** Where to click in DingTalk's console, and what to paste there. */
export function guideTo({ kind, publicUrl, audience }: Known, language: Language): string[] {
  const { steps, forDirectory } = setupTexts[language].guide
  const readsDirectory = [
    ...(audience === 'anyone' ? [] : [permission('qyapi_get_member')]),
    ...(audience === 'directory' ? [permission('qyapi_get_department_list'), permission('fieldEmail')] : []),
  ]
  const facts = { callbackUrl: `${publicUrl}/callback`, host: new URL(publicUrl).host }
  if (kind === 'oauth2')
    return steps.oauth2({ ...facts, permissions: [permission('Contact.User.Read'), ...readsDirectory] })
  const own = steps.qrconnect({ ...facts, permissions: [] })
  if (audience === 'anyone') return own
  return [...own, '', forDirectory, ...steps.directory({ ...facts, permissions: readsDirectory })]
}
