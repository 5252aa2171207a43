import type { Language } from '../../pages/texts.js'
import type { Section } from '../visit.js'

interface ShellTexts {
  name: string
  sections: Record<Section, string>
  navigation: string
  skip: string
  account: string
  applications: string
  elsewhere: { title: string; why: string; open: string }
  refused: { title: string; nothingChanged: string; back: string }
  late: { title: string; loginFirst: string; confirm: string; typed: string; login: string; send: string }
}

/** The texts around every page of the console. */
export const shellTexts: Record<Language, ShellTexts> = {
  en: {
    name: 'Console',
    sections: {
      overview: 'Overview',
      people: 'People',
      applications: 'Applications',
      groups: 'Groups',
      trail: 'Audit trail',
      settings: 'Settings',
    },
    navigation: 'Console',
    skip: 'To the content',
    account: 'My account',
    applications: 'My applications',
    elsewhere: {
      title: 'Open the console in your browser',
      why: 'The console asks for a scan of its own, and inside DingTalk there is none.',
      open: 'Open in the system’s browser',
    },
    refused: {
      title: 'This could not be done',
      nothingChanged: 'Nothing has been changed.',
      back: 'Back',
    },
    late: {
      title: 'This form came too late',
      loginFirst:
        'Nothing has been changed. Twelve hours after a scan the console asks for a new one: log in again in another tab, then come back here and send the form again. What you typed is kept.',
      confirm:
        'Nothing has been changed. You have logged in again since this form was opened: please look at it and send it again.',
      typed: 'What you typed',
      login: 'Log in again',
      send: 'Send again',
    },
  },
  zh: {
    name: '控制台',
    sections: {
      overview: '概览',
      people: '人员',
      applications: '应用',
      groups: '用户组',
      trail: '审计记录',
      settings: '设置',
    },
    navigation: '控制台',
    skip: '跳到正文',
    account: '我的账号',
    applications: '我的应用',
    elsewhere: {
      title: '请在浏览器中打开控制台',
      why: '控制台需要单独扫码，而在钉钉内无法扫码。',
      open: '在系统浏览器中打开',
    },
    refused: { title: '操作未能完成', nothingChanged: '没有任何更改。', back: '返回' },
    late: {
      title: '表单提交得太晚',
      loginFirst:
        '没有任何更改。距上次扫码超过十二小时后，控制台需要重新扫码：请在新标签页中重新登录，然后回到这里再次提交。您填写的内容仍然保留。',
      confirm: '没有任何更改。打开此表单之后您重新登录过，请核对内容后再次提交。',
      typed: '您填写的内容',
      login: '重新登录',
      send: '再次提交',
    },
  },
}
