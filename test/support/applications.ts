import type { Application } from '../../src/services/application.js'
import { hashSecret } from '../../src/services/application-secret.js'
import { type HasDatabase, takeSteps } from './groups.js'

export const SECRET = 'the-secret-of-an-application-in-these-tests'
export const REDIRECT_URI = 'https://app.test/callback'

/** An application, with the secret above where it is confidential; what is not said is as plain as can be. */
export function applicationFrom(given: Partial<Application> = {}): Application {
  return {
    id: 'app',
    name: 'App',
    kind: 'confidential',
    redirectUris: [REDIRECT_URI],
    postLogoutRedirectUris: ['https://app.test/bye'],
    backchannelLogoutUri: null,
    openUrl: null,
    logoUrl: null,
    description: null,
    access: 'everyone',
    usernameClaim: 'handle',
    refreshTokens: false,
    scopes: [],
    secretHash: given.kind === 'public' ? null : hashSecret(SECRET),
    previousSecretHash: null,
    previousSecretUntil: null,
    createdAt: new Date(),
    ...given,
  }
}

export async function addApplication(world: HasDatabase, given: Partial<Application> = {}): Promise<Application> {
  const application = applicationFrom(given)
  await takeSteps(world, [{ step: 'add', application }])
  return application
}
