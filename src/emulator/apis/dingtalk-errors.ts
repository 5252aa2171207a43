/**
 * errcode → errmsg on oapi.
 * https://open.dingtalk.com/document/development/server-api-error-codes-1
 */
const errmsgs: Record<number, string> = {
  [-1]: '系统繁忙',
  22: 'Invalid method',
  404: '请求的URI地址不存在',
  33012: '无效的USERID',
  40000: 'access_token is blank',
  40014: '不合法的access_token',
  40029: '不合法的oauth_code',
  40035: '不合法的参数',
  40078: '不存在的临时授权码',
  40086: '不合法的第三方应用appid',
  40089: '不合法的corpid或corpsecret',
  40096: '不合法的appKey或appSecret',
  41026: '缺少tmp_auth_code（临时授权码）',
  42001: 'access_token超时',
  42003: 'oauth_code超时',
  42008: '临时授权码失效',
  43001: '需要GET请求',
  43002: '需要POST请求',
  43009: 'post参数需要json类型',
  47001: '解析JSON/XML内容错误',
  50001: 'redirect_uri未授权',
  50002: '员工不在权限范围',
  50003: '应用已停用',
  50005: '企业已禁用',
  60003: '部门不存在',
  60011: '没有调用该接口的权限',
  60020: '访问ip不在白名单之中',
  60121: '找不到该用户',
  90002: '您的服务器调用钉钉开放平台当前接口的所有请求都被暂时禁用了',
  90018: '您的服务器调用钉钉开放平台当前接口的所有请求都被暂时禁用了',
  400002: '无效的参数',
  853001: '时间戳格式错误，应为毫秒',
  853002: '时间戳超出允许的范围',
  853003: 'accessKey不存在',
  853004: '签名不匹配',
}

/**
 * code → status and message on api.
 * https://open.dingtalk.com/document/development/error-code
 * https://open.dingtalk.com/document/development/obtain-user-token
 * https://open.dingtalk.com/document/development/dingtalk-retrieve-user-information
 */
const apiErrors = {
  'invalidParameter.authCode.notFound': { status: 400, message: '不合法的临时授权码' },
  'invalidParameter.grantType': { status: 400, message: '不合法的grantType' },
  // Of an application in another organisation: its code is documented nowhere, and this one fits.
  'unauthorized.client': { status: 401, message: '应用未获得该组织的授权' },
  invalidClientIdOrSecret: { status: 400, message: '无效的clientId或者clientSecret' },
  'Forbidden.AccessDenied.AccessTokenPermissionDenied': { status: 403, message: '应用尚未开通所需的权限' },
  authFailed: { status: 401, message: '鉴权失败' },
  invalidParameter: { status: 400, message: '参数不合法' },
  InvalidAuthentication: { status: 400, message: '不合法的access_token' },
  'AuthenticationFailed.MissingParameter': { status: 400, message: '缺少参数' },
  'InvalidAction.NotFound': {
    status: 404,
    message: 'Specified api is not found, please check your url and method.',
  },
} as const

/** The codes of api that a request can lead to without a fault. */
export type ApiErrorCode = keyof typeof apiErrors

/** How the page refuses somebody from another organisation, in the words of oauth2's inline code. */
export const notInOrganisation = { errorCode: '11055', errorMsg: '你不在组织内' } as const

/** The message of an errcode. */
export function errmsgOf(errcode: number): string {
  return errmsgs[errcode] ?? '未知错误'
}

/** The status and message of a code. */
export function apiErrorOf(code: ApiErrorCode): { status: number; message: string } {
  return apiErrors[code]
}

/** The message of a code that a fault names. The server must decide on the code alone. */
export function apiMessageOf(code: string): string {
  return Object.entries(apiErrors).find(([known]) => known === code)?.[1].message ?? '未知错误'
}
