import type { Language } from '../../pages/texts.js'
import type { Named } from '../../services/access-lookup.js'

interface GroupTexts {
  kinds: Record<Named['kind'], string>
  below: string
  search: string
  searchLabel: string
  find: string
  nothingFound: string
  more: string
  title: string
  empty: string
  emptyTitle: string
  needsDirectory: string
  add: string
  name: string
  nameHint: string
  rules: string
  rulesHint: string
  usedBy: string
  nobodyUses: string
  edit: string
  remove: string
  removeInUse: string
  removeAsk(name: string): string
  cancel: string
  members: string
  because: string
  nobodyInIt: string
  onlyKnown: string
  person: string
  go: string
  saved: string
  conflict: string
  otherChanged: string
  nothingOfThis: string
  nowIs: string
  youTyped: string
}

/** The texts of the console's groups, and of whatever lets choose some. */
export const groupTexts: Record<Language, GroupTexts> = {
  en: {
    kinds: { department: 'Department', role: 'Role', userid: 'Person', group: 'Group' },
    below: 'and below',
    search: 'Search',
    searchLabel: 'Name',
    find: 'Add a department, role, person or group: name, or id of DingTalk',
    nothingFound: 'Nothing found. Departments and roles have a name here once somebody of them has logged in.',
    more: 'More',
    title: 'Groups',
    emptyTitle: 'There is no group yet',
    empty:
      'A group is a name with rules, such as “everybody of a department”: an application can be for its people alone.',
    needsDirectory: 'Groups need DINGTALK_PROFILE=directory: without it nobody’s departments and roles are known.',
    add: 'New group',
    name: 'Name',
    nameHint: 'A-Z, a-z, 0-9 and . _ -; applications see it. It stays as it is.',
    rules: 'Who is in it',
    rulesHint: 'Whoever fits one of the rules that are ticked.',
    usedBy: 'Used by',
    nobodyUses: 'nothing yet',
    edit: 'Edit',
    remove: 'Remove',
    removeInUse: 'It cannot be removed while it is in use.',
    removeAsk: (name) => `Remove the group ${name}? Nothing is for it, so nobody loses entry.`,
    cancel: 'Cancel',
    members: 'Who is in it now',
    because: 'Because of',
    nobodyInIt: 'Nobody of those looked at here.',
    onlyKnown: 'Of the people who have logged in here, by what the directory last said of them.',
    person: 'Person',
    go: 'See who gains and loses',
    saved: 'Saved. It holds everywhere within a minute.',
    conflict:
      'Somebody else was faster: nothing of yours has been saved. What you typed is below; save again if it is still right.',
    otherChanged: 'What the other changed here',
    nothingOfThis: 'This itself is as it was; something else of the applications or groups has changed.',
    nowIs: 'It is now',
    youTyped: 'You typed',
  },
  zh: {
    kinds: { department: '部门', role: '角色', userid: '人员', group: '用户组' },
    below: '含下级部门',
    search: '搜索',
    searchLabel: '名称',
    find: '添加部门、角色、人员或用户组：名称或钉钉编号',
    nothingFound: '没有找到。部门和角色要有人登录过，这里才知道名称。',
    more: '更多',
    title: '用户组',
    emptyTitle: '还没有用户组',
    empty: '用户组由名称和规则组成，例如“某部门的所有人”；应用可以只对用户组里的人开放。',
    needsDirectory: '用户组需要 DINGTALK_PROFILE=directory，否则无法得知每个人的部门和角色。',
    add: '新建用户组',
    name: '名称',
    nameHint: '字母、数字和 . _ -；应用会看到它，之后不能修改。',
    rules: '哪些人',
    rulesHint: '符合任意一条已勾选规则的人。',
    usedBy: '用于',
    nobodyUses: '暂无',
    edit: '编辑',
    remove: '删除',
    removeInUse: '正在使用中，不能删除。',
    removeAsk: (name) => `确定删除用户组 ${name} 吗？没有应用使用它，不会有人失去访问权。`,
    cancel: '取消',
    members: '现在有哪些人',
    because: '原因',
    nobodyInIt: '这里查看的人中没有符合的。',
    onlyKnown: '只列出曾经登录过的人，依据通讯录最近的信息。',
    person: '人员',
    go: '查看谁会获得或失去访问权',
    saved: '已保存，一分钟内全部生效。',
    conflict: '别人抢先修改了：您的更改没有保存。下面保留了您填写的内容，确认无误后请再次保存。',
    otherChanged: '对方在这里改了什么',
    nothingOfThis: '这一项没有变化，变化的是其他应用或用户组。',
    nowIs: '现在是',
    youTyped: '您填写的是',
  },
}
