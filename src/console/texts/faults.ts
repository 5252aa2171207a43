import type { Language } from '../../pages/texts.js'

/** What is wrong with applications and groups, as the rules say it, and in Chinese. */
const chinese: [RegExp, string][] = [
  [/^must be a-z, 0-9 and -/, '只能用 a-z、0-9 和 -，最多 63 个字符，不能以 - 开头'],
  [/^must be a name of at most (\d+)/, '请填写名称，最多 $1 个字符'],
  [/^must be a sentence of at most (\d+)/, '请写一句话，最多 $1 个字符'],
  [/^is empty: people could not come back$/, '不能为空：登录后将无法返回'],
  [/^is not for a proxy/, '代理类应用不使用 OpenID Connect，请留空'],
  [/^must be an https:\/\/ address$/, '请填写以 https:// 开头的地址'],
  [/^must have (\d+) characters at most$/, '最多 $1 个字符'],
  [/^must be written in ASCII/, '只能用 ASCII 字符，不能有空格和 \\'],
  [/^must be exact/, '必须是完整的地址，不支持通配符'],
  [/^must not hold a user name/, '不能带用户名或密码'],
  [/^must not have a fragment/, '不能带 # 后面的部分'],
  [/^must be https: http is/, '须为 https：http 只用于本机；内网请勾选“允许 http”'],
  [/^there is no group (.*)$/, '没有名为 $1 的用户组'],
  [/^is given twice$/, '重复了'],
  [/^has no rule/, '没有任何规则：用户组里不会有人'],
  [/^must be called by/, '名称只能用字母、数字和 . _ -，以字母或数字开头，最多 63 个字符'],
  [/^must have another name/, '不能叫 everyone'],
  [/^differs from the group (.*) in case alone$/, '与用户组 $1 只有大小写不同'],
  [/^is a circle: (.*)$/, '形成循环：$1'],
  [/^must be an id of DingTalk/, '须为钉钉的编号：正整数'],
  [/^must be a userid of DingTalk/, '须为钉钉的 userid，不含空格'],
  [/^must be everyone: DINGTALK_AUDIENCE/, '只能选“所有人”：DINGTALK_AUDIENCE 为 anyone，而用户组只认识组织成员'],
  [/^must be everyone: DINGTALK_PROFILE/, '只能选“所有人”：DINGTALK_PROFILE 为 none，而用户组依据通讯录'],
  [/^is there already$/, '已经存在'],
]

/** A problem in this language, or as it is where that has no words for it. */
export function problemIn(problem: string, language: Language): string {
  if (language === 'zh')
    for (const [pattern, text] of chinese) {
      const found = pattern.exec(problem)
      if (found) return text.replace('$1', () => found[1] ?? '')
    }
  return problem
}
