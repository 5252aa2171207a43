import type { Language } from '../pages/texts.js'
import type { Finding, Question } from './dingtalk-check.js'
import type { Remedy } from './where-to-mend.js'

export interface CheckTexts {
  states: Record<Finding['state'], string>
  questions: Record<Question, string>
  departmentsAbsent: string
  /** What is wrong, and where it is mended. */
  remedies: Record<Remedy, { title: string; where: string }>
}

/** What was asked of DingTalk, how it went, and what to do about it. */
export const checkTexts: Record<Language, CheckTexts> = {
  en: {
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
    remedies: {
      secret: {
        title: 'DingTalk refuses the secret',
        where:
          'DingTalk’s developer console → 应用开发 → the application → 凭证与基础信息 (credentials): copy Client Secret into DINGTALK_APP_SECRET. For a scan-login application: 应用开发 → 移动接入应用 → 登录.',
      },
      application: {
        title: 'DingTalk does not know the application or its secret',
        where:
          'DingTalk’s developer console → 应用开发 → the application → 凭证与基础信息 (credentials): compare Client ID and Client Secret with DINGTALK_APP_ID and DINGTALK_APP_SECRET (the directory’s: DINGTALK_CORP_APP_KEY and DINGTALK_CORP_APP_SECRET).',
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
  zh: {
    states: { 'in order': '正常', absent: '没有', 'not said': '未说明', fault: '有问题' },
    questions: {
      login: '登录应用：ID、密钥、时钟',
      directory: '通讯录：应用令牌、权限',
      departments: '部门：权限',
      inClient: '客户端内免登：应用令牌、权限',
      organisation: 'DINGTALK_CORP_ID：应用所属的组织',
      events: '事件：连接',
    },
    departmentsAbsent: '没有 qyapi_get_department_list 权限：用户组无法包含下级部门的人，部门也没有名称。',
    remedies: {
      secret: {
        title: '钉钉不接受此密钥',
        where:
          '钉钉开发者后台 → 应用开发 → 该应用 → 凭证与基础信息：把 Client Secret 复制到 DINGTALK_APP_SECRET。扫码登录应用：应用开发 → 移动接入应用 → 登录。',
      },
      application: {
        title: '钉钉不认识此应用或它的密钥',
        where:
          '钉钉开发者后台 → 应用开发 → 该应用 → 凭证与基础信息：核对 Client ID、Client Secret 与 DINGTALK_APP_ID、DINGTALK_APP_SECRET（读取通讯录的应用：DINGTALK_CORP_APP_KEY、DINGTALK_CORP_APP_SECRET）。',
      },
      callback: {
        title: '回调地址未登记',
        where: '钉钉开发者后台 → 该应用 → 分享设置 / 登录与分享 → 重定向URL：填写 PUBLIC_URL + /callback。',
      },
      ipList: {
        title: '此服务器的地址不在应用的 IP 名单中',
        where: '钉钉开发者后台 → 该应用 → 开发配置 / 安全设置 → 服务器出口IP：填写此服务器的公网地址，包括 IPv6 地址。',
      },
      permission: {
        title: '应用缺少权限，或已停用',
        where:
          '钉钉开发者后台 → 该应用 → 权限管理：开通 qyapi_get_member，oauth2 还需要 Contact.User.Read；然后在“版本管理与发布”中发布一个版本。',
      },
      contactScope: {
        title: '应用的通讯录权限范围太小',
        where: '钉钉开发者后台 → 该应用 → 权限管理 → 通讯录接口权限范围：选择整个组织，然后发布一个版本。',
      },
      visibleRange: {
        title: '应用对这些人不可见',
        where: '钉钉开发者后台 → 该应用 → 版本管理与发布 → 可见范围：选择整个组织，或需要登录的人。',
      },
      clock: { title: '此机器的时钟不准', where: '与钉钉后台无关：请校准此机器的时钟，例如使用 NTP。' },
      corpId: {
        title: 'DINGTALK_CORP_ID 是其他组织的',
        where: '钉钉开发者后台首页显示组织的 CorpId：把它复制到 DINGTALK_CORP_ID。',
      },
      token: {
        title: '钉钉不接受它刚刚给出的令牌',
        where: '钉钉开发者后台 → 该应用：是否已启用，是否属于本组织？然后在“版本管理与发布”中发布一个版本。',
      },
      dns: {
        title: '无法解析钉钉的主机名',
        where: '与钉钉后台无关：请检查此机器的域名服务器（DNS），以及 DINGTALK_OAPI_URL 和 DINGTALK_API_URL。',
      },
      bug: { title: '此服务器的请求有误', where: '无需修改设置：这是服务器的缺陷，请附上下面的代码反馈。' },
      throttled: {
        title: '对钉钉的请求过于频繁',
        where: '通常会自行恢复。如果持续出现：钉钉开发者后台 → 该应用 → API 调用量。',
      },
      away: {
        title: '钉钉没有响应',
        where: '此机器能否访问钉钉的主机（网络、代理、防火墙）？如果能，则是钉钉暂时不可用，会自行恢复。',
      },
      unreadable: {
        title: '钉钉的答复与文档不符',
        where: '此机器与钉钉之间是否有代理？DINGTALK_OAPI_URL 和 DINGTALK_API_URL 是否指向了其他地址？',
      },
    },
  },
}
