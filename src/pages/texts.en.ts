import type { Texts } from './texts-shape.js'

export const en: Texts = {
  tag: 'en',
  otherLanguage: { name: '中文', code: 'zh' },
  login: {
    title: 'Log in',
    scan: 'Scan the code with DingTalk on your phone.',
    codeTitle: 'Code to scan with DingTalk',
    noScript: 'The code needs JavaScript. Without it, use DingTalk’s own page:',
    openDingTalk: 'Open DingTalk’s page instead',
    onPhone: 'Log in with DingTalk',
    openInDingTalk: 'Open in DingTalk',
    openInBrowser: 'Open in the system’s browser',
    codeRefused: 'DingTalk refused this login. Please try again with your company account.',
    signedInAs: 'You are signed in as',
    continue: 'Continue',
    useAnotherAccount: 'Use another account',
  },
  inClient: {
    waiting: 'You are being logged in with your DingTalk account …',
    noScript: 'This needs JavaScript. Without it, use the button:',
    reasons: {
      silent: 'DingTalk did not answer. Please use the button.',
      cancelled: 'You cancelled the login. You can begin again whenever you like.',
      unsupported: 'This version of DingTalk cannot log you in by itself. Please update it, or use the button.',
      refused:
        'DingTalk did not let this page log you in. Please use the button, and tell your administrator: the application must be visible to you, and this address be one of its own.',
      unreadable: 'DingTalk gave a strange answer. Please use the button.',
      back: 'You came back to the login. Here you can begin again.',
    },
  },
  account: {
    title: 'Your account',
    username: 'Username',
    lastLogin: 'Last login',
    sessions: 'Where you are signed in',
    thisBrowser: 'this browser',
    lastSeen: 'Last seen',
    address: 'Address',
    unknownDevice: 'Unknown device',
    device: (browser, system) => `${browser} on ${system}`,
    end: 'Sign out',
    endOthers: 'Sign out everywhere else',
    logOut: 'Log out',
    noScript: 'The buttons need JavaScript.',
    failed: 'That did not work. Please try again.',
  },
  logout: {
    question: 'Log out?',
    asker: (application) => `${application} asks for it. `,
    consequence: (username) => `You are signed in as ${username}. Logging out ends that in all applications.`,
    logOut: 'Log out',
    stay: 'Stay signed in',
    done: 'You are logged out',
    advice: 'Nobody is signed in here any more in this browser.',
    backToLogin: 'To the login',
  },
  refusal: {
    title: (application) => `You may not use ${application}`,
    back: 'Back',
  },
  error: {
    reference: 'Reference',
    tryAgain: 'Try again',
    backToLogin: 'To the login',
    codes: {
      bad_request: {
        title: 'This address is not complete',
        advice: 'The link is damaged or was shortened. Please begin the login again.',
      },
      redirect_not_allowed: {
        title: 'This login leads to an unknown place',
        advice: 'The page that sent you here is not set up for this login. Please tell the people who run it.',
      },
      attempt_missing: {
        title: 'This login was not begun here',
        advice: 'It was begun in another browser, or it is already over. Please begin again in this one.',
      },
      attempt_expired: { title: 'This login took too long', advice: 'Please begin again.' },
      login_declined: {
        title: 'You declined the login',
        advice: 'Nothing happened. You can begin again whenever you like.',
      },
      code_rejected: {
        title: 'DingTalk’s code is no longer valid',
        advice: 'It can be used once and only for a short time. Please log in again.',
      },
      not_a_member: {
        title: 'This account is not in the organisation',
        advice: 'Only employees can log in. Please use your company account, or ask your administrator.',
      },
      account_disabled: { title: 'This account is disabled', advice: 'Please ask your administrator.' },
      not_permitted: {
        title: 'You may not use this application',
        advice: 'It is not meant for your account. If you need it, please ask the people who run it.',
      },
      unauthenticated: { title: 'You are not logged in', advice: 'Please log in first.' },
      origin_not_allowed: {
        title: 'This request was refused',
        advice: 'It came from a page that is not set up for this login. Please tell the people who run it.',
      },
      not_found: { title: 'There is nothing here', advice: 'Please check the address.' },
      method_not_allowed: {
        title: 'This address cannot be used like that',
        advice: 'Please begin the login again.',
      },
      rate_limited: { title: 'Too many requests', advice: 'Please wait a minute and try again.' },
      internal: {
        title: 'Something went wrong here',
        advice: 'Please try again. If it happens again, tell your administrator the reference.',
      },
      service_unavailable: {
        title: 'The login is not available',
        advice: 'Please wait a moment and try again.',
      },
      dingtalk_misconfigured: {
        title: 'The login is not set up correctly',
        advice: 'Trying again will not help. Please tell your administrator the reference.',
      },
      dingtalk_unreadable: {
        title: 'DingTalk gave a strange answer',
        advice: 'Please try again. If it happens again, tell your administrator the reference.',
      },
      dingtalk_unavailable: { title: 'DingTalk is not available', advice: 'Please wait a moment and try again.' },
      dingtalk_timeout: { title: 'DingTalk did not answer in time', advice: 'Please try again.' },
    },
  },
}
