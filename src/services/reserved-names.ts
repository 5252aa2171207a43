/** Names that have power in some program, or speak for the organisation: nobody's handle. */
const names = `
  admin administrator admins administrators superadmin sysadmin guanliyuan xitongguanliyuan chaojiguanliyuan
  root superuser su sudo wheel owner operator op moderator mod maintainer staff team official
  system sys kernel daemon bin nobody noone guest anonymous unknown ghost bot robot service services
  git svn gitlab gitea forgejo github grafana harbor argocd outline nextcloud jenkins jumpserver keycloak openwebui
  docker kubernetes k8s kube ubuntu debian centos ec2-user vagrant ansible deploy deployer backup monitor
  postgres postgresql mysql mariadb oracle sa redis mongodb elastic elasticsearch rabbitmq
  support help helpdesk service-desk info contact feedback billing payment finance hr it sales marketing
  postmaster hostmaster webmaster mailer-daemon abuse noc security secure cert usenet news uucp noreply no-reply
  www web ftp sftp ssh mail email smtp imap pop pop3 mx ns ns1 ns2 dns ldap vpn proxy cdn localhost autoconfig
  wpad isatap autodiscover
  api app apps login logout signin signout signup register auth oauth oauth2 oidc sso account accounts session
  password profile settings setting config configuration dashboard console explore search public private static assets
  user users group groups org orgs organization organisations project projects repo repos everyone everybody all any
  none null undefined nil true false default self me myself new edit create delete test tests dingtalk dingding
`

/** Letters of other scripts that look like Latin ones, once they are small: https://www.unicode.org/reports/tr39/ */
const lookalikes: Record<string, string> = {
  а: 'a',
  α: 'a',
  ɑ: 'a',
  в: 'b',
  β: 'b',
  ʙ: 'b',
  с: 'c',
  ϲ: 'c',
  ԁ: 'd',
  ɗ: 'd',
  е: 'e',
  ε: 'e',
  ҽ: 'e',
  ԍ: 'g',
  ɡ: 'g',
  ɢ: 'g',
  һ: 'h',
  н: 'h',
  η: 'n',
  і: 'i',
  ι: 'i',
  ı: 'i',
  ӏ: 'i',
  ɪ: 'i',
  ј: 'j',
  к: 'k',
  κ: 'k',
  ʟ: 'l',
  м: 'm',
  μ: 'm',
  п: 'n',
  ո: 'n',
  ɴ: 'n',
  о: 'o',
  ο: 'o',
  σ: 'o',
  օ: 'o',
  р: 'p',
  ρ: 'p',
  ԛ: 'q',
  г: 'r',
  ʀ: 'r',
  ѕ: 's',
  ꜱ: 's',
  т: 't',
  τ: 't',
  υ: 'u',
  ս: 'u',
  ν: 'v',
  ѵ: 'v',
  ԝ: 'w',
  ω: 'w',
  ѡ: 'w',
  х: 'x',
  χ: 'x',
  у: 'y',
  γ: 'y',
  ʏ: 'y',
  ᴢ: 'z',
}

const reserved = new Set(names.trim().split(/\s+/).map(skeletonOf))

/**
 * Whether a name is one of those that nobody may have as their handle, in any spelling: case, width, accents, letters
 * and digits that look alike, and whatever stands between the letters make no difference.
 */
export function isReserved(name: string): boolean {
  return reserved.has(skeletonOf(name))
}

/** What is left of a name for an eye that does not look closely. */
function skeletonOf(name: string): string {
  const plain = name.normalize('NFKC').toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')
  const latin = [...plain].map((character) => lookalikes[character] ?? character).join('')
  return latin
    .replace(/[^a-z0-9]/g, '')
    .replace(/[i1]/g, 'l')
    .replaceAll('0', 'o')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
}
