import type { ErrorCode } from '../errors.js'
import type { Language } from './language.js'

interface Texts {
  /** The value of the page's `lang` attribute. */
  tag: string
  reference: string
  tryAgain: string
  /** What happened, and what to do next. */
  errors: Record<ErrorCode, { title: string; advice: string }>
}

const en: Texts = {
  tag: 'en',
  reference: 'Reference',
  tryAgain: 'Log in with DingTalk',
  errors: {
    bad_request: {
      title: 'This address is not complete',
      advice: 'The link is damaged or was shortened. Please begin the login again.',
    },
    redirect_not_allowed: {
      title: 'This login leads to an unknown place',
      advice: 'The page that sent you here is not set up for this login. Please tell the people who run it.',
    },
    attempt_missing: {
      title: 'This login was not begun here',
      advice: 'It was begun in another browser, or it is already over. Please begin again in this one.',
    },
    attempt_expired: { title: 'This login took too long', advice: 'Please begin again and scan the new code.' },
    login_declined: {
      title: 'You declined the login',
      advice: 'Nothing happened. You can begin again whenever you like.',
    },
    code_rejected: {
      title: 'The scan is no longer valid',
      advice: 'A scan can be used once and only for a short time. Please scan again.',
    },
    not_a_member: {
      title: 'This account is not in the organisation',
      advice: 'Only employees can log in. Please use your company account, or ask your administrator.',
    },
    account_disabled: { title: 'This account is disabled', advice: 'Please ask your administrator.' },
    unauthenticated: { title: 'You are not logged in', advice: 'Please log in first.' },
    origin_not_allowed: {
      title: 'This request was refused',
      advice: 'It came from a page that is not set up for this login. Please tell the people who run it.',
    },
    not_found: { title: 'There is nothing here', advice: 'Please check the address.' },
    method_not_allowed: { title: 'This address cannot be used like that', advice: 'Please begin the login again.' },
    rate_limited: { title: 'Too many requests', advice: 'Please wait a minute and try again.' },
    internal: {
      title: 'Something went wrong here',
      advice: 'Please try again. If it happens again, tell your administrator the reference.',
    },
    dingtalk_misconfigured: {
      title: 'The login is not set up correctly',
      advice: 'Trying again will not help. Please tell your administrator the reference.',
    },
    dingtalk_unreadable: {
      title: 'DingTalk gave a strange answer',
      advice: 'Please try again. If it happens again, tell your administrator the reference.',
    },
    dingtalk_unavailable: { title: 'DingTalk is not available', advice: 'Please wait a moment and try again.' },
    dingtalk_timeout: { title: 'DingTalk did not answer in time', advice: 'Please try again.' },
  },
}

const zh: Texts = {
  tag: 'zh-CN',
  reference: '参考编号',
  tryAgain: '使用钉钉登录',
  errors: {
    bad_request: { title: '链接不完整', advice: '链接已损坏或被截断，请重新登录。' },
    redirect_not_allowed: {
      title: '登录后要前往的地址未被允许',
      advice: '您来自的页面尚未接入此登录服务，请联系该页面的管理员。',
    },
    attempt_missing: {
      title: '此次登录不是在这个浏览器中发起的',
      advice: '它是在别的浏览器中发起的，或者已经结束。请在此重新登录。',
    },
    attempt_expired: { title: '登录超时', advice: '请重新登录并扫描新的二维码。' },
    login_declined: { title: '您取消了登录', advice: '没有任何影响，您可以随时重新登录。' },
    code_rejected: { title: '扫码已失效', advice: '每次扫码只能使用一次，且很快过期。请重新扫码。' },
    not_a_member: {
      title: '此钉钉账号不属于本组织',
      advice: '只有本组织的员工可以登录。请换用公司账号，或联系管理员。',
    },
    account_disabled: { title: '此账号已被停用', advice: '请联系管理员。' },
    unauthenticated: { title: '您尚未登录', advice: '请先登录。' },
    origin_not_allowed: { title: '请求被拒绝', advice: '请求来自尚未接入此登录服务的页面，请联系该页面的管理员。' },
    not_found: { title: '页面不存在', advice: '请检查地址是否正确。' },
    method_not_allowed: { title: '不能这样访问此地址', advice: '请重新登录。' },
    rate_limited: { title: '请求过于频繁', advice: '请稍等一分钟再试。' },
    internal: { title: '服务出错了', advice: '请重试。如果再次出现，请把参考编号告诉管理员。' },
    dingtalk_misconfigured: { title: '登录服务的配置有误', advice: '重试没有帮助，请把参考编号告诉管理员。' },
    dingtalk_unreadable: {
      title: '钉钉返回了无法识别的内容',
      advice: '请重试。如果再次出现，请把参考编号告诉管理员。',
    },
    dingtalk_unavailable: { title: '钉钉暂时无法使用', advice: '请稍等片刻再试。' },
    dingtalk_timeout: { title: '钉钉没有及时响应', advice: '请重试。' },
  },
}

/** Every text that people see, by language. */
export const texts: Record<Language, Texts> = { en, zh }
