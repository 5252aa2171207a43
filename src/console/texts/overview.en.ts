import type { OverviewTexts } from './overview.js'

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

export const overviewTextsEn: OverviewTexts = {
  signedIn: 'Signed in now',
  loginsToday: 'Logins today',
  refusalsToday: 'Refusals today',
  seeThem: 'See them',
  sessions: 'sessions in use',
  attention: 'What needs attention',
  nothing: 'Nothing needs attention at the moment.',
  refusalsOfToday: (count) => plural(count, 'login refused', 'logins refused'),
  toLookAt: {
    application_not_told_of_logout: (count) =>
      `${plural(count, 'logout was', 'logouts were')} not told to an application: it was away`,
    audit_dropped: (count) => `${plural(count, 'record', 'records')} of the audit trail were dropped: the log has them`,
    work_email_of_another: (count) =>
      `${plural(count, 'person has', 'people have')} a work e-mail that was somebody else’s`,
  },
  warnings: (count) => `${plural(count, 'setting is', 'settings are')} probably not as you want`,
  by: { hour: '48 hours', day: '90 days' },
  shown: { logins: 'Logins', dingtalk: 'DingTalk’s speed' },
  view: 'What is shown',
  zone: (zone) =>
    `Times are those of the server’s time zone, ${zone}. Figures are kept by the hour; an hour belongs to the day in which it begins.`,
  charts: {
    logins: 'Logins and refusals',
    succeeded: 'Logged in',
    refused: 'Refused',
    refusedByDingTalk: 'DingTalk failed',
    loginsSummary: (logins, refusals) =>
      `${plural(logins, 'login', 'logins')}, ${plural(refusals, 'refusal', 'refusals')}`,
    reasons: 'Why logins were refused',
    reason: 'Reason',
    count: 'How often',
    people: 'People signed in',
    peopleSummary: (most) => `${most} at most`,
    latency: 'How long DingTalk takes',
    median: 'Half of the calls within',
    p95: '95 % within',
    latencySummary: (calls, median) => `${plural(calls, 'call', 'calls')}, half of them within ${median}`,
    perCall: 'By call',
    call: 'Call',
    calls: 'Calls',
    failures: 'Failed',
    applications: 'Applications',
    application: 'Application',
    entered: 'Entered',
    refusedThere: 'Refused',
    asTable: 'As a table',
    time: 'Time',
    nothing: 'Nothing in this time.',
    ms: (ms) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`),
    slower: 'over 30 s',
  },
  health: {
    title: 'DingTalk',
    good: 'No refusal by DingTalk in the last 24 hours.',
    failing: 'Still failing',
    over: 'Over',
    since: (time) => `since ${time}`,
    overSince: (from, time) => `from ${from}; logins go well again since ${time}`,
    people: (people, times) => `${plural(people, 'person', 'people')}, ${plural(times, 'time', 'times')}`,
    where: 'Where to look:',
    look: 'See the refusals',
    answered: (call, code) => `DingTalk’s answer to ${call}: ${code}`,
    lookedBackTo: (time) => `There were so many records that only those since ${time} were looked at.`,
    checkNow: 'Ask DingTalk now',
    remedies: {
      secret: {
        title: 'DingTalk refuses the secret',
        where:
          'DingTalk’s developer console → 应用开发 → the application → 凭证与基础信息 (credentials): copy Client Secret into DINGTALK_APP_SECRET and restart the server. For a scan-login application: 应用开发 → 移动接入应用 → 登录.',
      },
      application: {
        title: 'DingTalk does not know the application or its secret',
        where:
          'DingTalk’s developer console → 应用开发 → the application → 凭证与基础信息 (credentials): compare Client ID and Client Secret with DINGTALK_APP_ID and DINGTALK_APP_SECRET (the directory’s: DINGTALK_CORP_APP_KEY and DINGTALK_CORP_APP_SECRET), and restart the server.',
      },
      callback: {
        title: 'The callback address is not registered',
        where:
          'DingTalk’s developer console → the application → 分享设置 / 登录与分享 → 重定向URL (callback address): enter PUBLIC_URL + /callback.',
      },
      ipList: {
        title: 'This server’s address is not in the application’s list',
        where:
          'DingTalk’s developer console → the application → 开发配置 / 安全设置 → 服务器出口IP: enter this server’s public address, its IPv6 one too.',
      },
      permission: {
        title: 'The application lacks a permission, or is disabled',
        where:
          'DingTalk’s developer console → the application → 权限管理 (permissions): qyapi_get_member, and for oauth2 Contact.User.Read; then 版本管理与发布 → release a version.',
      },
      contactScope: {
        title: 'The application may not see all people',
        where:
          'DingTalk’s developer console → the application → 权限管理 → 通讯录接口权限范围 (contact scope): the whole organisation; then release a version.',
      },
      visibleRange: {
        title: 'The application is not visible to these people',
        where:
          'DingTalk’s developer console → the application → 版本管理与发布 → 可见范围 (visible range): the whole organisation, or whoever shall log in.',
      },
      clock: {
        title: 'This machine’s clock is wrong',
        where: 'Nothing in DingTalk: set the clock of this machine, by NTP for example.',
      },
      corpId: {
        title: 'DINGTALK_CORP_ID is another organisation’s',
        where:
          'The first page of DingTalk’s developer console shows the organisation’s CorpId: copy it into DINGTALK_CORP_ID.',
      },
      token: {
        title: 'DingTalk refuses the token that it has just given',
        where:
          'DingTalk’s developer console → the application: is it enabled and of this organisation? Then 版本管理与发布 → release a version.',
      },
      dns: {
        title: 'DingTalk’s host has no address',
        where:
          'Nothing in DingTalk: look at the name server (DNS) of this machine, and at DINGTALK_OAPI_URL and DINGTALK_API_URL.',
      },
      bug: {
        title: 'This server asked wrongly',
        where: 'Nothing to set: this is a bug of the server. Please report it with the code below.',
      },
      throttled: {
        title: 'DingTalk was asked too often',
        where:
          'It passes by itself. If it stays: DingTalk’s developer console → the application → API 调用量 (number of calls).',
      },
      away: {
        title: 'DingTalk does not answer',
        where:
          'Does this machine reach DingTalk’s hosts (network, proxy, firewall)? If it does, DingTalk is away: it passes by itself.',
      },
      unreadable: {
        title: 'DingTalk answers something else than is documented',
        where:
          'Is something between this machine and DingTalk (a proxy), or one of the addresses DINGTALK_OAPI_URL and DINGTALK_API_URL another?',
      },
    },
  },
  check: {
    title: 'DingTalk was asked',
    intro:
      'With the settings that the server was started with, from its address. After a change of settings restart it, then ask again.',
    running: 'Another check is under way. Please try again in a moment.',
    late: 'DingTalk took longer than half a minute: the rest was not asked.',
    states: { 'in order': 'In order', absent: 'Absent', 'not said': 'Not said', fault: 'Fault' },
    questions: {
      login: 'Login application: id, secret, clock',
      directory: 'Directory: app token, permission',
      departments: 'Departments: permission',
      inClient: 'Login inside the client: app token, permission',
      organisation: 'DINGTALK_CORP_ID: the application’s own organisation',
      events: 'Events: a connection',
    },
    departmentsAbsent:
      'The permission qyapi_get_department_list is not there: groups know nobody below a department, and departments have no names.',
    back: 'Back to the overview',
    again: 'Ask again',
    question: 'Question',
    outcome: 'Outcome',
  },
  empty: {
    title: 'This server is new',
    text: 'First ask DingTalk whether all is set up as it must be (the button below). Then add your first application: what people do appears here.',
    settings: 'Look at the settings',
    documentation: 'Add an application',
  },
}
