/** The applications of the history, those that are used most first; the demo's own is there without. */
export const historyApplications = [
  application('grafana', 'Grafana', 'https://grafana.example.com', '/login/generic_oauth', '监控面板 · Dashboards'),
  application(
    'gitlab',
    'GitLab',
    'https://gitlab.example.com',
    '/users/auth/openid_connect/callback',
    '代码仓库 · Source code',
    ['engineers'],
  ),
  application('outline', 'Outline', 'https://wiki.example.com', '/auth/oidc.callback', '团队文档 · Team documents'),
  application(
    'nextcloud',
    'Nextcloud',
    'https://files.example.com',
    '/apps/user_oidc/code',
    '文件与日历 · Files and calendars',
  ),
  application('harbor', 'Harbor', 'https://harbor.example.com', '/c/oidc/callback', '镜像仓库 · Container images', [
    'engineers',
  ]),
]

export type HistoryApplication = ReturnType<typeof application>

function application(id: string, name: string, origin: string, path: string, description: string, groups?: string[]) {
  const access: 'everyone' | string[] = groups ?? 'everyone'
  return { id, name, redirectUris: [`${origin}${path}`], openUrl: `${origin}/`, description, access }
}
