import type { ApplicationRows } from './application.js'
import { refuseClosedApplications } from './permission.js'
import { refuseEmailDomain } from './profiles.js'

interface Rows {
  applications: Pick<ApplicationRows, 'list'>
  workEmails: Parameters<typeof refuseEmailDomain>[0]
}

interface Settings {
  membership: Parameters<typeof refuseClosedApplications>[1]
  emailDomain: string | undefined
}

/** Refuses a start where what is in the database does not go with the settings. @throws {OperatorError} */
export async function refuseMisfits({ applications, workEmails }: Rows, settings: Settings): Promise<void> {
  await refuseClosedApplications(applications, settings.membership)
  if (settings.emailDomain !== undefined) await refuseEmailDomain(workEmails, settings.emailDomain)
}
