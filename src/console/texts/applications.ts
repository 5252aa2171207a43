import type { Language } from '../../pages/texts.js'
import type { ApplicationKind } from '../../services/application.js'
import { type NewApplicationTexts, newApplicationTexts } from './new-application.js'

interface ApplicationTexts extends NewApplicationTexts {
  title: string
  empty: string
  emptyTitle: string
  add: string
  kinds: Record<ApplicationKind, string>
  everyone: string
  nobody: string
  forGroups: string
  who: string
  someGroups: string
  findGroup: string
  noGroups: string
  allowHttp: string
  facts: string
  id: string
  kind: string
  opens: string
  oldSecret: string
  added: string
  settings: Record<string, string>
  linesHint: string
  usernameClaims: { handle: string; username: string }
  refreshTokens: string
  dingtalkScope: string
  yes: string
  no: string
  edit: string
  save: string
  cancel: string
  saved: string
  none: string
  rotate: string
  rotateAsk: string
  keepOld: string
  endOld: string
  remove: string
  removeEnds: string[]
  typeId(id: string): string
  wrongId: string
}

/** The texts of the console's applications. */
export const applicationTexts: Record<Language, ApplicationTexts> = {
  en: {
    ...newApplicationTexts.en,
    title: 'Applications',
    emptyTitle: 'There is no application yet',
    empty: 'Add the first one: you need its address, and the page where its login is set up.',
    add: 'New application',
    kinds: {
      confidential: 'OpenID Connect, with a secret',
      public: 'OpenID Connect, without a secret',
      proxy: 'a host behind a proxy',
    },
    everyone: 'Everyone',
    nobody: 'Nobody',
    forGroups: 'Groups',
    who: 'Who may use it?',
    someGroups: 'Only people of these groups',
    findGroup: 'Find a group',
    noGroups: 'There is no group yet: they are made under Groups.',
    allowHttp: 'Allow http: whoever is on the way can read and change what goes there, a login among it',
    facts: 'Facts',
    id: 'client_id',
    kind: 'Kind',
    opens: 'Opens at',
    oldSecret: 'The old secret counts until',
    added: 'Added',
    settings: {
      name: 'Name',
      description: 'What it is for, in a sentence',
      redirectUris: 'Redirect URIs',
      postLogoutRedirectUris: 'Addresses after a logout',
      backchannelLogoutUri: 'Where the end of a session is announced (back-channel)',
      openUrl: 'Address to open',
      logoUrl: 'Address of its logo',
      access: 'Who may use it',
      usernameClaim: 'preferred_username',
      refreshTokens: 'Refresh tokens',
      scopes: 'Further scopes',
      kind: 'Kind',
    },
    linesHint: 'One in each line; compared exactly.',
    usernameClaims: { handle: 'the handle, in ASCII', username: 'the username, which can be Chinese' },
    refreshTokens: 'Give it refresh tokens when it asks for offline_access',
    dingtalkScope: 'Allow the scope dingtalk: userid, job number, title, departments',
    yes: 'yes',
    no: 'no',
    edit: 'Edit',
    save: 'Save',
    cancel: 'Cancel',
    saved: 'Saved. It holds everywhere within a minute.',
    none: 'none',
    rotate: 'New secret',
    rotateAsk: 'A new secret is made and shown once. What becomes of the old one?',
    keepOld: 'It counts for a day more: time to put the new one in',
    endOld: 'It ends now: it may have been seen by others',
    remove: 'Remove',
    removeEnds: [
      'People cannot log in there any more.',
      'Its tokens end with the next request, and its sessions that it knows from here are announced as ended, where it has an address for that.',
      'Its secret is gone for ever: a new application of the same id gets another one.',
    ],
    typeId: (id) => `Type ${id} to remove it`,
    wrongId: 'This is not its id.',
  },
  zh: {
    ...newApplicationTexts.zh,
    title: '应用',
    emptyTitle: '还没有应用',
    empty: '请添加第一个：需要它的地址，以及它配置登录的页面。',
    add: '添加应用',
    kinds: { confidential: 'OpenID Connect，有密钥', public: 'OpenID Connect，无密钥', proxy: '代理后的站点' },
    everyone: '所有人',
    nobody: '没有人',
    forGroups: '用户组',
    who: '谁可以使用？',
    someGroups: '仅限以下用户组的人',
    findGroup: '查找用户组',
    noGroups: '还没有用户组：请先在“用户组”中新建。',
    allowHttp: '允许 http：途中的任何人都能读取和篡改内容，包括登录',
    facts: '基本信息',
    id: 'client_id',
    kind: '类型',
    opens: '打开地址',
    oldSecret: '旧密钥有效至',
    added: '添加时间',
    settings: {
      name: '名称',
      description: '一句话说明用途',
      redirectUris: '回调地址（redirect URI）',
      postLogoutRedirectUris: '退出后的地址',
      backchannelLogoutUri: '通知会话结束的地址（back-channel）',
      openUrl: '打开地址',
      logoUrl: '图标地址',
      access: '谁可以使用',
      usernameClaim: 'preferred_username',
      refreshTokens: '刷新令牌',
      scopes: '额外的 scope',
      kind: '类型',
    },
    linesHint: '每行一个，逐字比较。',
    usernameClaims: { handle: '账号名（ASCII）', username: '用户名（可能是中文）' },
    refreshTokens: '应用请求 offline_access 时给予刷新令牌',
    dingtalkScope: '允许 scope dingtalk：userid、工号、职位、部门',
    yes: '是',
    no: '否',
    edit: '编辑',
    save: '保存',
    cancel: '取消',
    saved: '已保存，一分钟内全部生效。',
    none: '无',
    rotate: '更换密钥',
    rotateAsk: '将生成新密钥，只显示一次。旧密钥如何处理？',
    keepOld: '再有效一天：留出时间换上新密钥',
    endOld: '立即失效：可能已经泄露',
    remove: '删除',
    removeEnds: [
      '不能再用这里的登录进入该应用。',
      '它的令牌从下一次请求起失效；如果配置了通知地址，会通知它会话已结束。',
      '密钥永久作废：同名的新应用会得到另一个密钥。',
    ],
    typeId: (id) => `输入 ${id} 以确认删除`,
    wrongId: '与该应用的 id 不符。',
  },
}
