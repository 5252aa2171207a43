import type { Language } from '../../pages/texts.js'

export interface SettingsTexts {
  intro: string
  warning: string
  caption: string
  name: string
  value: string
  source: string
  sources: Record<'environment' | 'program' | 'file' | 'default' | 'unset', string>
  secret: (count: number) => string
  unset: string
  program: string
  version: string
  node: string
  database: string
  startedAt: string
  administrators: {
    title: string
    bySetting: string
    /** Of an id of ADMINS. */
    unknown: string
    byCommand: string
    madeBy: (name: string) => string
  }
}

export const settingsTexts: Record<Language, SettingsTexts> = {
  en: {
    intro:
      'As this process read them at its start. They are changed in the environment or in .env, and count after a restart.',
    warning: 'Probably a mistake:',
    caption: 'Settings',
    name: 'Setting',
    value: 'Value',
    source: 'From',
    sources: { environment: 'environment', program: 'application', file: '.env', default: 'default', unset: 'not set' },
    secret: (count) => (count === 1 ? 'set, not shown' : `${count} set, not shown`),
    unset: '–',
    program: 'This process',
    version: 'Version',
    node: 'Node.js',
    database: 'Database',
    startedAt: 'Started',
    administrators: {
      title: 'Administrators',
      bySetting: 'named by ADMINS',
      unknown: 'named by ADMINS; has not logged in yet',
      byCommand: 'made one by command',
      madeBy: (name) => `made one by ${name}`,
    },
  },
  zh: {
    intro: '以下是本进程启动时读取的设置。请在环境变量或 .env 中修改，重启后生效。',
    warning: '可能有误：',
    caption: '设置',
    name: '设置项',
    value: '值',
    source: '来源',
    sources: { environment: '环境变量', program: '应用程序', file: '.env', default: '默认值', unset: '未设置' },
    secret: (count) => (count === 1 ? '已设置，不显示' : `已设置 ${count} 个，不显示`),
    unset: '–',
    program: '本进程',
    version: '版本',
    node: 'Node.js',
    database: '数据库',
    startedAt: '启动时间',
    administrators: {
      title: '管理员',
      bySetting: '由 ADMINS 指定',
      unknown: '由 ADMINS 指定，尚未登录过',
      byCommand: '通过命令设置',
      madeBy: (name) => `由 ${name} 设置`,
    },
  },
}
