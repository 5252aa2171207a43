export const USUAL_PORT = '8000'
export const USUAL_PUBLIC_URL = `http://localhost:${USUAL_PORT}`

/** One setting that cannot be used as it is. `problem` says what is wrong and what would be right, never a secret's value. */
export interface ConfigFault {
  setting: string
  problem: string
}

/** The faults that only two settings together show. */
export function crossFaults(env: Record<string, string>): ConfigFault[] {
  const faults: ConfigFault[] = []
  if (env.DINGTALK_CORP_APP_KEY && !env.DINGTALK_CORP_APP_SECRET)
    faults.push({ setting: 'DINGTALK_CORP_APP_SECRET', problem: 'is missing' })
  if (env.DINGTALK_CORP_APP_SECRET && !env.DINGTALK_CORP_APP_KEY)
    faults.push({ setting: 'DINGTALK_CORP_APP_KEY', problem: 'is missing' })

  const needMembers = { DINGTALK_PROFILE: 'directory', DINGTALK_EVENTS: 'stream' }
  for (const [setting, value] of Object.entries(needMembers))
    if (env.DINGTALK_AUDIENCE === 'anyone' && env[setting] === value)
      faults.push({
        setting,
        problem: `must not be ${value} where DINGTALK_AUDIENCE is anyone: the directory knows members alone`,
      })

  const metricsPort = Number(env.METRICS_PORT)
  if (metricsPort !== 0 && metricsPort === Number(env.PORT ?? USUAL_PORT))
    faults.push({ setting: 'METRICS_PORT', problem: "must not be PORT's: it is not public" })

  const domain = env.COOKIE_DOMAIN?.toLowerCase().replace(/^\./, '')
  const publicUrl = env.PUBLIC_URL ?? USUAL_PUBLIC_URL
  const host = URL.canParse(publicUrl) ? new URL(publicUrl).hostname : domain
  if (domain && host !== domain && !host?.endsWith(`.${domain}`))
    faults.push({ setting: 'COOKIE_DOMAIN', problem: "must be PUBLIC_URL's host or a parent of it" })
  return faults
}
