/** What has to be known beside the texts to paste, in Chinese, by how they begin in English. */
const chinese: [string, string][] = [
  ['It lets nobody in who has no e-mail', '没有邮箱的人无法进入：EMAIL_DOMAIN 可以为没有企业邮箱的人生成地址。'],
  ['The address after a logout', '退出后的地址须列在应用的“退出后的地址”里。'],
  ['Who has no e-mail is asked', '没有邮箱的人首次登录时会被要求填写，除非设置了 EMAIL_DOMAIN。'],
  ['Two people without an e-mail', '两个没有邮箱的人可能被当作同一个人：EMAIL_DOMAIN 会为每个人生成地址。'],
  ['It tells teams by the domain', '它按邮箱域名区分团队：所有人的域名须一致。'],
  ['Its --backchannel-logout-uri ends in', '通知会话结束的地址以 /apps/user_oidc/backchannel-logout/DingTalk 结尾。'],
  [
    'Its command line is an application',
    '它的命令行是另一个应用：无密钥，回调地址为 http://localhost:8085/auth/callback。',
  ],
  ['Where nobody needs one', '如果不需要邮箱：oidc_email_claim = "preferred_username"。'],
  ['Its --backchannel-logout-uri is', '通知会话结束的地址是回调地址加上 ?logout=backchannel。'],
]

/** The note in Chinese, where there is one. */
export function noteInChinese(note: string): string | undefined {
  return chinese.find(([begin]) => note.startsWith(begin))?.[1]
}
