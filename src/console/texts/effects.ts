import type { Language } from '../../pages/texts.js'

interface EffectTexts {
  title: string
  nothingYet: string
  what: string
  application: string
  group: string
  gain: string
  lose: string
  nobody: string
  comma: string
  save: string
  back: string
  incomplete: string
  count(n: number): string
  signedIn(n: number): string
  lookedAt(n: number): string
  more(n: number): string
}

/** The texts of the page before a change of who may enter. */
export const effectTexts: Record<Language, EffectTexts> = {
  en: {
    title: 'Who would gain, who would lose',
    nothingYet: 'Nothing has been saved yet.',
    what: 'Where',
    application: 'Application',
    group: 'Group',
    gain: 'Gain entry',
    lose: 'Lose entry',
    nobody: 'Of the people who have logged in here, nobody gains or loses entry.',
    comma: ', ',
    save: 'Save',
    back: 'Back to the form',
    incomplete: 'There are more people: these numbers are at least so high.',
    count: (n) => (n === 1 ? '1 person' : `${n} people`),
    signedIn: (n) => `(${n} with a session)`,
    lookedAt: (n) =>
      `Worked out for ${n === 1 ? '1 person' : `${n} people`} who ${n === 1 ? 'has' : 'have'} logged in here, by what the directory last said.`,
    more: (n) => `And ${n} more.`,
  },
  zh: {
    title: '谁会获得、谁会失去访问权',
    nothingYet: '尚未保存任何更改。',
    what: '范围',
    application: '应用',
    group: '用户组',
    gain: '获得访问权',
    lose: '失去访问权',
    nobody: '在曾经登录过的人当中，没有人获得或失去访问权。',
    comma: '、',
    save: '保存',
    back: '返回修改',
    incomplete: '还有更多的人：实际人数只会更多。',
    count: (n) => `${n} 人`,
    signedIn: (n) => `（其中 ${n} 人有会话）`,
    lookedAt: (n) => `依据通讯录最近的信息，统计了曾经登录过的 ${n} 人。`,
    more: (n) => `另有 ${n} 项。`,
  },
}
