/** Names that others, DingTalk's console among them, use for ours. */
const otherNames: Readonly<Record<string, string>> = {
  DINGTALK_CLIENT_ID: 'DINGTALK_APP_ID',
  DINGTALK_APP_KEY: 'DINGTALK_APP_ID',
  DINGTALK_APPKEY: 'DINGTALK_APP_ID',
  DINGTALK_CLIENT_SECRET: 'DINGTALK_APP_SECRET',
  DINGTALK_CORP_APP_ID: 'DINGTALK_CORP_APP_KEY',
}
const LONG_NAME = 8

/** The setting that was probably meant by a name that is none. */
export function meantBy(name: string, settingNames: readonly string[]): string | undefined {
  const upper = name.toUpperCase()
  if (settingNames.includes(name)) return undefined
  if (otherNames[upper]) return otherNames[upper]
  const allowed = upper.length < LONG_NAME ? 1 : 2
  const near = settingNames
    .map((setting) => ({ setting, edits: editsBetween(upper, setting) }))
    .filter(({ edits }) => edits <= allowed)
    .sort((a, b) => a.edits - b.edits)
  return near[0]?.setting
}

/** How many characters must be put in, taken out or changed to make one text the other (Levenshtein's distance). */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (const [i, character] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const changed = (row[j] ?? 0) + (character === b[j] ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
