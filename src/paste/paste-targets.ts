/** The programs for which there are settings to paste. */
export const pasteTargets = [
  'grafana',
  'gitlab',
  'harbor',
  'outline',
  'nextcloud',
  'argocd',
  'oauth2-proxy',
  'mod_auth_openidc',
] as const

export type PasteTarget = (typeof pasteTargets)[number]
