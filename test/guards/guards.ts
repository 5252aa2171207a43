/** Something in the source that SECURITY.md promises, and the text without which it is gone. */
export interface Guard {
  /** The row of SECURITY.md's table. */
  threat: string
  /** What is lost without it, as the end of "a test fails without". */
  name: string
  /** Below src. */
  file: string
  /** Stands there exactly once. */
  find: string
  /** Nothing, unless said. */
  replace?: string
  /** What notices its loss, where that is not what SECURITY.md names for the row, or not the first of it. */
  tests?: string[]
  /** Noticed by tests of the compiled programs: they are compiled without it. */
  isCompiled?: boolean
  /** Needs Chromium. */
  inBrowser?: boolean
}

const against = (threat: string, ...guards: Omit<Guard, 'threat'>[]): Guard[] =>
  guards.map((guard) => ({ threat, ...guard }))

export const guards: readonly Guard[] = [
  ...against(
    'Login CSRF',
    {
      name: 'the comparison of state and attempt',
      file: 'services/login.ts',
      find: ' || attempt.state !== params.state',
    },
    {
      name: 'an attempt that this browser holds',
      file: 'services/login.ts',
      find: "if (!attempt || attempt.state !== params.state) throw new AppError('attempt_missing')",
      replace:
        "attempt ??= { state: params.state, target: 'http://front.test/', startedAt: Date.now(), succeeded: false }",
    },
    {
      name: 'the check of the attempt’s signature',
      file: 'cookies/attempt.ts',
      find: 'this.#signature.verify(signed)',
      replace: "signed.slice(2).split('.')[0]",
    },
    {
      name: 'a key of its own for attempts',
      file: 'cookies/attempt.ts',
      find: 'secrets.map(attemptSecret)',
      replace: 'secrets',
    },
    {
      name: 'a state of its own for each attempt',
      file: 'services/attempts.ts',
      find: "randomBytes(32).toString('base64url')",
      replace: "'s'.repeat(43)",
    },
    {
      name: 'the end of an attempt after LOGIN_TIMEOUT',
      file: 'services/login.ts',
      find: "if (this.#attempts.isTooOld(attempt)) throw new AppError('attempt_expired')",
    },
    {
      name: 'the refusal of a login that was declined',
      file: 'services/login.ts',
      find: "throw new AppError('login_declined')",
      replace: 'return this.#again(attempt, await signedIn())',
    },
    {
      name: 'the order of the checks: the attempt before the word that it was declined',
      file: 'services/login.ts',
      find: 'if (!attempt || ',
      replace: "if ('declined' in params) throw new AppError('login_declined')\n    if (!attempt || ",
    },
    {
      name: 'the way to PUBLIC_URL before a login begins elsewhere',
      file: 'middleware/public-host.ts',
      find: 'if (req.host === host) return next()',
      replace: 'return next()',
    },
    {
      name: 'the loss of an attempt that has failed',
      file: 'routes/login.ts',
      find: 'attemptCookies.drop(res, attempt)',
      replace: 'void 0',
      tests: ['callback.test.ts', 'clock.test.ts'],
    },
    {
      name: 'a login that succeeded is not begun again by its callback without a session',
      file: 'services/login.ts',
      find: "if (!live) throw new AppError('attempt_missing')",
      replace: "if (!live) return { kind: 'again', attempt, target: attempt.target }",
    },
  ),
  ...against(
    'Session fixation',
    {
      name: 'a fresh id for each session',
      file: 'services/login.ts',
      find: "sessionId: randomBytes(32).toString('base64url')",
      replace: "sessionId: 'always-the-same'",
    },
    {
      name: 'the new id in the cookie of a login',
      file: 'cookies/session.ts',
      find: 'req.newSessionId = sessionId',
      replace: '',
    },
    {
      name: 'the end of the session that a login replaces',
      file: 'cookies/session.ts',
      find: "await this.#end(req, before, 'replaced')",
    },
  ),
  ...against(
    'Forged or stolen session ids',
    {
      name: 'the check of the session cookie’s signature',
      file: 'cookies/session.ts',
      find: 'this.#signature.verify(signed)',
      replace: "decodeURIComponent(signed).slice(2).split('.')[0]",
    },
    {
      name: 'the mark of a signed value',
      file: 'cookies/signed-cookie.ts',
      find: 'if (!signed.startsWith(MARK)) return undefined',
    },
    {
      name: 'the hash of a session’s id',
      file: 'services/sessions.ts',
      find: "createHash('sha256').update(cookieId).digest('base64url')",
      replace: 'createHash && cookieId',
    },
    { name: 'SESSION_MAX_AGE', file: 'services/sessions.ts', find: 'now < expiresAt.getTime() && ', replace: '' },
    {
      name: 'SESSION_IDLE_TIMEOUT',
      file: 'services/sessions.ts',
      find: ' && unseenMs < this.#options.idleTimeoutMs',
      replace: ' && unseenMs >= 0',
    },
    {
      name: 'HttpOnly of the session’s cookie',
      file: 'cookies/session.ts',
      find: 'httpOnly: true',
      replace: 'httpOnly: false',
    },
    {
      name: 'HttpOnly of the attempt’s cookie',
      file: 'cookies/attempt.ts',
      find: 'httpOnly: true',
      replace: 'httpOnly: false',
    },
    {
      name: 'Secure of the session’s cookie',
      file: 'cookies/session.ts',
      find: "path: '/', secure, ",
      replace: "path: '/', secure: false, ",
    },
    {
      name: 'Secure of the attempt’s cookie',
      file: 'cookies/attempt.ts',
      find: "path: '/', secure, ",
      replace: "path: '/', secure: false, ",
    },
    {
      name: 'the prefix __Host- of the session’s cookie',
      file: 'cookies/session.ts',
      find: ": '__Host-')",
      replace: ": '')",
    },
    {
      name: 'the prefix __Host- of the attempt’s cookie',
      file: 'cookies/attempt.ts',
      find: "'__Host-login.'",
      replace: "'login.'",
    },
    {
      name: 'the id that people are shown, which opens nothing',
      file: 'services/sessions.ts',
      find: 'id: randomUUID()',
      replace: 'id: cookieId',
    },
    {
      name: 'a session’s owner, who alone ends it',
      file: 'adapters/database/session-rows.ts',
      find: `DELETE FROM "Session" WHERE "userId" = ? AND "id" = ? RETURNING`,
      replace: `DELETE FROM "Session" WHERE ? <> '' AND "id" = ? RETURNING`,
    },
  ),
  ...against(
    'Open redirect',
    {
      name: 'the list of allowed origins',
      file: 'services/redirect-target.ts',
      find: 'if (!rules.origins.includes(origin)) throw refused(origin)',
    },
    {
      name: 'the shape of an absolute address',
      file: 'services/redirect-target.ts',
      find: '/^https?:\\/\\/[a-z0-9_.:[\\]-]+(?:[/?#]|$)/i.test(target) && ',
    },
    {
      name: 'the refusal of backslashes, control characters and halves of pairs',
      file: 'services/redirect-target.ts',
      find: 'if (/[\\\\\\p{Cc}\\p{Cs}]/u.test(text)) throw refused()',
    },
    {
      name: 'the escapes of what a header cannot carry',
      file: 'services/redirect-target.ts',
      find: 'return text.replace(/[^\\x21-\\x7e]+/g, encodeURIComponent)',
      replace: 'return text',
    },
    {
      name: 'the refusal of a path that begins with two slashes',
      file: 'services/redirect-target.ts',
      find: "path.startsWith('//') || ",
    },
    {
      name: 'the refusal of a path that normalises to two slashes',
      file: 'services/redirect-target.ts',
      find: "if (pathname.startsWith('//')) throw refused()",
    },
    {
      name: 'the longest target',
      file: 'services/redirect-target.ts',
      find: "if (text.length > MAX_REDIRECT_LENGTH) throw new AppError('bad_request', { detail: 'redirect is too long' })",
    },
    {
      name: 'the removal of a username that the target had',
      file: 'services/redirect-target.ts',
      find: "parameterName(pair) !== 'username'",
      replace: 'pair',
    },
    {
      name: 'the refusal of a parameter that comes twice',
      file: 'api/read-query.ts',
      find: 'more.length > 0 ? [value, ...more] : value',
      replace: 'value',
    },
  ),
  ...against(
    'Code injection and replay',
    {
      name: 'the code that a state is bound to',
      file: 'services/attempts.ts',
      find: 'if (unsent?.fingerprint === fingerprint) return',
      replace: 'if (unsent && fingerprint) return',
    },
    {
      name: 'the refusal of another code in flight',
      file: 'services/attempts.ts',
      find: 'if (unsent || this.#over.has(key))',
      replace: 'if (this.#over.has(key))',
    },
    {
      name: 'the memory of states that are over',
      file: 'services/attempts.ts',
      find: 'if (unsent || this.#over.has(key))',
      replace: 'if (unsent)',
    },
    {
      name: 'the outcome that callbacks at once share',
      file: 'services/attempts.ts',
      find: 'if (unsent?.fingerprint === fingerprint) return unsent.result',
    },
    {
      name: 'the end of that sharing with the response',
      file: 'services/attempts.ts',
      find: 'this.#unsent.delete(key)\n    this.#over.set',
      replace: 'this.#over.set',
    },
    {
      name: 'a login that came again does not ask DingTalk',
      file: 'services/login.ts',
      find: 'if (this.hasSucceeded(attempt)) return this.#again(attempt, await signedIn())',
    },
    {
      name: 'HEAD, which spends nothing',
      file: 'middleware/endpoint.ts',
      find: 'if (!allowed.includes(req.method))',
      replace: "if (req.method !== 'HEAD' && !allowed.includes(req.method))",
    },
    {
      name: 'one session for callbacks at once',
      file: 'adapters/database/session-rows.ts',
      find: ' ON CONFLICT ("idHash") DO NOTHING',
    },
  ),
  ...against(
    'Impersonation by nick, e-mail or mobile',
    {
      name: 'a username of one’s own',
      file: 'services/people.ts',
      find: 'names.find((name) => !taken.has(name))',
      replace: 'names[taken.size > 0 ? 0 : 0]',
    },
    {
      name: 'the user of the unionid alone',
      file: 'adapters/database/user-rows.ts',
      find: `WHERE "unionId" = ? AND "disabledAt" IS NULL`,
      replace: `WHERE (? <> '') AND "disabledAt" IS NULL`,
    },
  ),
  ...against(
    'Handles of others',
    {
      name: 'the characters of our own id',
      file: 'services/handle-of-nick.ts',
      find: 'digits.slice(0, length)',
      replace: "'x'",
    },
    {
      name: 'the comparison of nicks with reserved names',
      file: 'services/handle-of-nick.ts',
      find: ' || isReserved(nick) || isReserved(slug)',
    },
    {
      name: 'the comparison of given handles with reserved names',
      file: 'services/handle-of-nick.ts',
      find: "if (isReserved(handle)) return 'it is reserved, or looks like a reserved name'",
    },
    {
      name: 'the one gift to a user',
      file: 'adapters/database/handle-rows.ts',
      find: ' AND "handle" IS NULL RETURNING',
      replace: ' RETURNING',
    },
  ),
  ...against(
    'Outsiders',
    {
      name: 'the directory’s word',
      file: 'services/membership.ts',
      find: "if (standing.is !== 'employee') {",
      replace: "if (standing.is === 'unknown') {",
    },
    {
      name: 'the difference of employees and external contacts',
      file: 'adapters/dingtalk/directory.ts',
      find: "if (contact_type !== 0) return { is: 'external' }",
    },
    {
      name: 'the refusal of odd contact types',
      file: 'adapters/dingtalk/directory.ts',
      find: "z.union([z.literal([0, 1]), z.literal(['0', '1'])])",
      replace: 'z.any()',
    },
    {
      name: 'the verdict on people who are unknown',
      file: 'adapters/dingtalk/directory.ts',
      find: "return { is: 'unknown' }",
      replace: "return { is: 'employee', userid: unionId }",
    },
    {
      name: 'a unionid, for members',
      file: 'services/membership.ts',
      find: "if (!profile.unionId) throw new AppError('not_a_member', { detail: 'a profile without unionid' })",
    },
    {
      name: 'a unionid, for anyone',
      file: 'services/membership.ts',
      find: "if (!profile.unionId) throw new AppError('dingtalk_unreadable', { detail: 'a profile without unionid' })",
    },
    {
      name: 'the audience of members',
      file: 'services/membership.ts',
      find: "if (this.#options.audience === 'anyone') {",
      replace: 'if (this.#options) {',
    },
    {
      name: 'the doubt of an errcode',
      file: 'adapters/dingtalk/response.ts',
      find: 'if (!isSuccess(status) || !host.isFine(json))',
      replace: 'if (!isSuccess(status))',
    },
    {
      name: 'the doubt of a status',
      file: 'adapters/dingtalk/response.ts',
      find: 'if (!isSuccess(status) || !host.isFine(json))',
      replace: 'if (!host.isFine(json))',
    },
  ),
  ...against(
    'Leavers and disabled people',
    {
      name: 'the lookup of a session’s person',
      file: 'services/signed-in.ts',
      find: '(await this.#membership.mayStay(live.user, client)) ? live : undefined',
      replace: 'live',
    },
    {
      name: 'the end of a leaver’s sessions',
      file: 'services/membership.ts',
      find: 'else await this.#endSessions(user.id, client)',
      replace: 'else void client',
    },
    {
      name: 'the end of a leaver’s sessions at their next login',
      file: 'services/membership.ts',
      find: 'if (user) await this.#endSessions(user.id, client)',
    },
    {
      name: 'the refusal of a leaver whose sessions cannot be ended',
      file: 'services/membership.ts',
      find: 'return !hasLeft',
      replace: 'return true',
    },
    {
      name: 'the refusal of a disabled person’s session',
      file: 'services/sessions.ts',
      find: ' || found.user.disabledAt !== null',
      tests: ['users.test.ts'],
    },
    {
      name: 'the refusal of a disabled person’s login',
      file: 'services/login.ts',
      find: "if (user.disabledAt) throw new AppError('account_disabled', { userId: user.id })",
      tests: ['users.test.ts'],
    },
    {
      name: 'the row of a disabled person, which nothing touches',
      file: 'adapters/database/user-rows.ts',
      find: ' AND "disabledAt" IS NULL',
      tests: ['users.test.ts'],
    },
    {
      name: 'the end of sessions when somebody is disabled',
      file: 'services/people-admin.ts',
      find: "await this.#endSessions(id, 'account_disabled')",
      replace: '0',
      tests: ['commands.test.ts'],
      isCompiled: true,
    },
  ),
  ...against(
    'Header spoofing behind a proxy',
    {
      name: 'the person’s id that /verify sends',
      file: 'routes/verify.ts',
      find: "res.set('X-Auth-Request-User', live.user.id)",
      replace: "res.set('X-Auth-Request-User', req.get('X-Auth-Request-User') ?? live.user.id)",
    },
    {
      name: 'the username that /verify sends',
      file: 'routes/verify.ts',
      find: 'encodeURIComponent(live.user.username)',
      replace: "req.get('X-Auth-Request-Preferred-Username') ?? encodeURIComponent(live.user.username)",
    },
    {
      name: 'the escapes of that username',
      file: 'routes/verify.ts',
      find: 'encodeURIComponent(live.user.username)',
      replace: "Buffer.from(live.user.username).toString('latin1')",
    },
    {
      name: 'the 401 of /verify',
      file: 'routes/verify.ts',
      find: '.status(401).end()',
      replace: '.status(204).end()',
    },
  ),
  ...against('A preflight that opens the door', {
    name: 'the refusal of a preflight at /verify',
    file: 'routes/verify.ts',
    find: 'const live = await browserSessions.signedIn(req)',
    replace:
      "const live = await browserSessions.signedIn(req)\n    if (req.method === 'OPTIONS') { res.status(204).end(); return }",
  }),
  ...against(
    'Cross-site requests',
    {
      name: 'SameSite of the session’s cookie',
      file: 'cookies/session.ts',
      find: "sameSite: 'lax', ",
      tests: ['sessions.test.ts'],
    },
    {
      name: 'SameSite of the attempt’s cookie',
      file: 'cookies/attempt.ts',
      find: "sameSite: 'lax', ",
      tests: ['sessions.test.ts'],
    },
    {
      name: 'the Origin rule of POST',
      file: 'middleware/endpoint.ts',
      find: "req.method === 'POST' || req.method === 'DELETE'",
      replace: "req.method === 'DELETE'",
    },
    {
      name: 'the Origin rule of DELETE',
      file: 'middleware/endpoint.ts',
      find: "req.method === 'POST' || req.method === 'DELETE'",
      replace: "req.method === 'POST'",
    },
    {
      name: 'an Origin at all',
      file: 'middleware/cross-origin.ts',
      find: 'if (origin !== this.#publicUrl',
      replace: 'if (origin !== undefined && origin !== this.#publicUrl',
    },
    {
      name: 'the exactness of an Origin that may change something',
      file: 'middleware/cross-origin.ts',
      find: '!(origin !== undefined && this.#frontends.has(origin))',
      replace: '![...this.#frontends].some((known) => origin?.startsWith(known))',
    },
    {
      name: 'the exactness of an Origin that may read',
      file: 'middleware/cross-origin.ts',
      find: 'if (origin !== undefined && this.#frontends.has(origin)) {',
      replace: 'if (origin !== undefined && [...this.#frontends].some((known) => origin.startsWith(known))) {',
    },
    {
      name: 'the refusal of a preflight of somebody else',
      file: 'middleware/cross-origin.ts',
      find: ' || origin === undefined || !this.#frontends.has(origin)) return false',
      replace: ' || origin === undefined) return false',
    },
    { name: 'Vary: Origin', file: 'middleware/cross-origin.ts', find: "res.vary('Origin')" },
  ),
  ...against(
    'Forged messages to the login page',
    {
      name: 'DingTalk’s frame as the only one that is heard',
      file: 'pages/assets/login.js',
      find: ' || source !== frame.contentWindow',
      inBrowser: true,
    },
    {
      name: 'DingTalk’s origin as the only one that is heard',
      file: 'pages/assets/login.js',
      find: 'origin !== dingtalk || ',
      inBrowser: true,
    },
    {
      name: 'this server’s origin as the only place to go on to',
      file: 'pages/assets/login.js',
      find: 'origin === location.origin && ',
      inBrowser: true,
    },
    {
      name: 'the callback as the only place to go on to',
      file: 'pages/assets/login.js',
      find: " && pathname === '/callback'",
      inBrowser: true,
    },
    {
      name: 'the escapes of a code from the frame',
      file: 'pages/assets/login.js',
      find: 'encodeURIComponent(message)',
      replace: 'message',
      inBrowser: true,
    },
    {
      name: 'the first message as the only one',
      file: 'pages/assets/login.js',
      find: "removeEventListener('message', onMessage)",
      inBrowser: true,
    },
  ),
  ...against(
    'Planted cookies',
    {
      name: 'the end of a browser with the sessions of two people',
      file: 'services/signed-in.ts',
      find: 'if (userIds.size > 1) {',
      replace: 'if (userIds.size > 2) {',
    },
    {
      name: 'a look at every cookie of the name',
      file: 'cookies/session.ts',
      find: '.filter((id) => id !== undefined)',
      replace: '.filter((id) => id !== undefined).slice(0, 10)',
    },
    {
      name: 'a look at every attempt cookie of the name',
      file: 'cookies/attempt.ts',
      find: 'for (const value of cookiesNamed(name, req.headers.cookie)) {',
      replace: 'for (const value of cookiesNamed(name, req.headers.cookie).slice(0, 1)) {',
    },
    {
      name: 'the end of a planted cookie at another domain',
      file: 'cookies/session.ts',
      find: '    res.clearCookie(this.cookieName, this.#cookie)\n    this.#expireVariants(req, res)',
      replace: '    res.clearCookie(this.cookieName, this.#cookie)',
    },
  ),
  ...against(
    'Forged deep links',
    {
      name: 'the trust in a proxy before its word counts',
      file: 'routes/verify.ts',
      find: 'isTrusted ? originalAddressOf(req) : undefined',
      replace: 'originalAddressOf(req)',
    },
    {
      name: 'the judgement of an address that a proxy names',
      file: 'services/login.ts',
      find: "url.searchParams.set('redirect', this.targetOf(wanted))",
      replace: "url.searchParams.set('redirect', wanted)",
    },
    {
      name: 'the doubt about two words that differ',
      file: 'api/original-address.ts',
      find: 'if (whole !== undefined && joined !== undefined && whole !== joined) return undefined',
    },
    {
      name: 'the slash at the beginning of a path',
      file: 'api/original-address.ts',
      find: "uri?.startsWith('/')",
      replace: 'uri',
    },
    {
      name: 'the 401 of a form that is sent',
      file: 'routes/verify.ts',
      find: "method === 'GET' && ",
    },
    {
      name: 'the 401 of what a script asks for',
      file: 'routes/verify.ts',
      find: "mode === 'navigate' && ",
    },
    {
      name: 'the refusal of a target that lost its end',
      file: 'api/read-redirect.ts',
      find: " !== '') {",
      replace: " === 'never') {",
    },
    {
      name: 'the end of going round where a proxy hides the host',
      file: 'middleware/public-host.ts',
      find: 'throw hiddenHost(req.host, host)',
      replace: 'void hiddenHost(req.host, host)',
    },
  ),
  ...against(
    'Other users of the machine',
    {
      name: 'the mode of a file that is made',
      file: 'adapters/database/private-file.ts',
      find: 'const OWNER_ONLY = 0o600',
      replace: 'const OWNER_ONLY = 0o644',
    },
    {
      name: 'the mode of a folder that is made',
      file: 'adapters/database/private-file.ts',
      find: ', mode: 0o700 }',
      replace: ' }',
    },
    {
      name: 'the end of an older file’s openness',
      file: 'adapters/database/private-file.ts',
      find: 'if (!closeToOthers(each)) onExposed(each)',
    },
  ),
  ...against('A page elsewhere that drives the emulator', {
    name: 'the look at the Host',
    file: 'emulator/own-host.ts',
    find: '(isLoopback(hostname) || hostname === publicHostname)',
    replace: 'hostname',
  }),
  ...against(
    'Forged client addresses',
    {
      name: 'TRUST_PROXY, for X-Forwarded-For',
      file: 'app.ts',
      find: "app.set('trust proxy', ctx.config.edge.trustProxy)",
      replace: "app.set('trust proxy', true)",
    },
    {
      name: 'the refusal of TRUST_PROXY=true',
      file: 'config/setting-values.ts',
      find: "if (text.toLowerCase() === 'true') {",
      replace: "if (text.toLowerCase() === 'true') return 1\n  if (text === '') {",
      tests: ['config.test.ts'],
    },
    {
      name: 'the proxy’s address where it passes on none',
      file: 'middleware/client-address.ts',
      find: '(hasReadableAddress(req) ? req.ip : req.socket.remoteAddress)',
      replace: 'req.ip',
    },
  ),
  ...against(
    'Secrets in logs and errors',
    {
      name: 'the silence about a bug’s message',
      file: 'log.ts',
      find: 'bug: error.name',
      replace: 'bug: error.message',
    },
    {
      name: 'the frames alone of a bug’s stack',
      file: 'log.ts',
      find: "?.split('\\n').filter((line) => line.startsWith('    at '))",
      replace: "?.split('\\n')",
    },
    {
      name: 'the refusal of DingTalk’s codes that hold what was sent',
      file: 'adapters/dingtalk/response.ts',
      find: ' && !sent.includes(code)',
    },
    {
      name: 'the shape of DingTalk’s codes in the log',
      file: 'adapters/dingtalk/response.ts',
      find: ' && /^[A-Za-z]+(\\.[A-Za-z]+)*$/.test(code)',
    },
    {
      name: 'the longest of DingTalk’s codes in the log',
      file: 'adapters/dingtalk/response.ts',
      find: 'code.length <= 100 && ',
    },
    {
      name: 'the bare 500 of a bug',
      file: 'middleware/error-handler.ts',
      find: "thrown instanceof URIError ? 'bad_request' : 'internal')",
      replace: "thrown instanceof URIError ? 'bad_request' : 'internal', { detail: String(thrown) })",
    },
    {
      name: 'the fields of /me that are named',
      file: 'routes/account.ts',
      find: 'res.json(responses.Me.parse(user))',
      replace: 'res.json(user)',
      tests: ['login.test.ts'],
    },
  ),
  ...against(
    'People in the metrics',
    {
      name: 'the metrics at one address alone',
      file: 'server/metrics-server.ts',
      find: "!== '/metrics'",
      replace: "=== ''",
    },
    {
      name: 'the one word for methods that nobody knows',
      file: 'adapters/prometheus.ts',
      find: "METHODS.has(method) ? method : 'other'",
      replace: 'method',
    },
    {
      name: 'the pattern of a route instead of its address',
      file: 'server/measure-request.ts',
      find: 'req.route?.path',
      replace: "(req.url ?? '')",
    },
    {
      name: 'METRICS_PORT apart from PORT',
      file: 'config/config.ts',
      find: 'if (metricsPort !== 0 && metricsPort === Number(env.PORT ?? USUAL_PORT))',
      replace: 'if (metricsPort < 0)',
      tests: ['config.test.ts'],
    },
  ),
  ...against(
    'Log forging',
    {
      name: 'the shape of a request id',
      file: 'middleware/request-context.ts',
      find: 'given && REQUEST_ID.test(given) ? given',
      replace: 'given ? given',
      tests: ['edge.test.ts'],
    },
    {
      name: 'the removal of control characters from a browser’s name',
      file: 'middleware/request-context.ts',
      find: ".replace(/\\p{Cc}/gu, '')",
    },
    { name: 'the longest name of a browser', file: 'middleware/request-context.ts', find: '.slice(0, MAX_USER_AGENT)' },
  ),
  ...against(
    'Hostile nicks on pages',
    {
      name: 'the escapes of a template',
      file: 'pages/html.ts',
      find: "String(value).replace(/[&<>\"']/g, (character) => escapes[character] ?? '')",
      replace: 'String(value)',
    },
    { name: 'the escape of quotes', file: 'pages/html.ts', find: `[&<>"']`, replace: '[&<>]' },
    {
      name: 'default-src of the policy',
      file: 'pages/content-security-policy.ts',
      find: `'default-src': ["'none'"],`,
      tests: ['edge.test.ts'],
    },
    {
      name: 'frame-ancestors of the policy',
      file: 'pages/content-security-policy.ts',
      find: `'frame-ancestors': ["'none'"],`,
      tests: ['edge.test.ts'],
    },
    {
      name: 'base-uri of the policy',
      file: 'pages/content-security-policy.ts',
      find: `'base-uri': ["'none'"],`,
      tests: ['edge.test.ts'],
    },
    {
      name: 'form-action of the policy',
      file: 'pages/content-security-policy.ts',
      find: `forms ?? ["'none'"],`,
      replace: `forms ?? ["*"],`,
      tests: ['edge.test.ts'],
    },
    {
      name: 'the hash of the one style that may be',
      file: 'pages/content-security-policy.ts',
      find: "'style-src': [",
      replace: `'style-src': ["'unsafe-inline'", `,
      tests: ['edge.test.ts'],
    },
    {
      name: 'scripts on pages alone',
      file: 'pages/content-security-policy.ts',
      find: 'own = false',
      replace: 'own = true',
      tests: ['edge.test.ts'],
    },
    {
      name: 'the policy of every response',
      file: 'middleware/security-headers.ts',
      find: "res.setHeader('Content-Security-Policy', policy)",
      replace: 'void policy',
      tests: ['edge.test.ts'],
    },
    {
      name: 'nosniff and the other usual headers',
      file: 'middleware/security-headers.ts',
      find: '[usual, ours]',
      replace: 'usual ? [ours] : []',
      tests: ['edge.test.ts'],
    },
    {
      name: 'X-Frame-Options',
      file: 'middleware/security-headers.ts',
      find: "xFrameOptions: { action: 'deny' }",
      replace: 'xFrameOptions: false',
      tests: ['edge.test.ts'],
    },
    {
      name: 'the Referrer-Policy',
      file: 'middleware/security-headers.ts',
      find: "policy: 'same-origin'",
      replace: "policy: 'unsafe-url'",
      tests: ['edge.test.ts'],
    },
    {
      name: 'Strict-Transport-Security',
      file: 'middleware/security-headers.ts',
      find: 'secure && { maxAge',
      replace: '!secure && { maxAge',
      tests: ['edge.test.ts'],
    },
    {
      name: 'no-store',
      file: 'middleware/security-headers.ts',
      find: "res.setHeader('Cache-Control', 'no-store')",
      tests: ['edge.test.ts'],
    },
  ),
  ...against(
    'Floods',
    {
      name: 'the rate limit of /ding_url',
      file: 'routes/login.ts',
      find: 'before: [limitLogins, toPublicHost(config.publicUrl)]',
      replace: 'before: [toPublicHost(config.publicUrl)]',
    },
    {
      name: 'the rate limit of /callback',
      file: 'routes/login.ts',
      find: 'before: [limitLogins, browserSessions.middleware]',
      replace: 'before: [browserSessions.middleware]',
    },
    {
      name: 'the rate limit of /login',
      file: 'routes/pages.ts',
      find: 'before: [limitLogins, toPublicHost(publicUrl)]',
      replace: 'before: [toPublicHost(publicUrl)]',
    },
    {
      name: 'one limit for an IPv6 customer',
      file: 'middleware/rate-limit.ts',
      find: 'const IPV6_SUBNET = 56',
      replace: 'const IPV6_SUBNET = 64',
    },
    {
      name: 'the longest address',
      file: 'middleware/request-limits.ts',
      find: 'req.originalUrl.length > MAX_URL_LENGTH',
      replace: 'MAX_URL_LENGTH < 0',
    },
    {
      name: 'the longest body',
      file: 'middleware/request-limits.ts',
      find: "Number(req.get('content-length') ?? 0) > MAX_BODY_BYTES || ",
      replace: 'MAX_BODY_BYTES < 0 || ',
    },
    {
      name: 'the refusal of a body of unknown length',
      file: 'middleware/request-limits.ts',
      find: " || req.get('transfer-encoding') !== undefined",
    },
    {
      name: 'the longest headers',
      file: 'server/server.ts',
      find: 'maxHeaderSize: 16 * 1024',
      replace: 'maxHeaderSize: 64 * 1024',
    },
    {
      name: 'the time limit of slow headers',
      file: 'server/server.ts',
      find: 'headersTimeout: 10 * SECOND',
      replace: 'headersTimeout: 0',
      tests: ['slow-clients.test.ts'],
    },
    {
      name: 'the time limit of slow requests',
      file: 'server/server.ts',
      find: 'requestTimeout: 20 * SECOND',
      replace: 'requestTimeout: 0',
      tests: ['slow-clients.test.ts'],
    },
    { name: 'the longest cookie header of attempts', file: 'cookies/attempt.ts', find: ' || bytes > MAX_HEADER_BYTES' },
    {
      name: 'so many calls to DingTalk at a time',
      file: 'adapters/dingtalk/client.ts',
      find: 'maxRunning: 64, maxWaiting: 256',
      replace: 'maxRunning: 6400, maxWaiting: 256',
      tests: ['dingtalk-away.test.ts'],
    },
    {
      name: 'so many calls to DingTalk that wait',
      file: 'adapters/dingtalk/client.ts',
      find: 'maxRunning: 64, maxWaiting: 256',
      replace: 'maxRunning: 64, maxWaiting: 25600',
      tests: ['dingtalk-away.test.ts'],
    },
    {
      name: 'no call while DingTalk is away',
      file: 'adapters/dingtalk/circuit-breaker.ts',
      find: 'const FAILURES_IN_A_ROW = 10',
      replace: 'const FAILURES_IN_A_ROW = 1e9',
      tests: ['dingtalk-away.test.ts'],
    },
  ),
  ...against(
    'A clock that jumps',
    {
      name: 'the end of sessions that were seen in the future',
      file: 'services/sessions.ts',
      find: 'const unseenMs = Math.abs(now - info.lastSeenAt.getTime())',
      replace: 'const unseenMs = now - info.lastSeenAt.getTime()',
    },
    {
      name: 'the end of attempts that began in the future',
      file: 'services/attempts.ts',
      find: 'Math.abs(this.#options.now() - startedAt)',
      replace: '(this.#options.now() - startedAt)',
    },
    { name: 'the lookup that lies in the future', file: 'services/membership.ts', find: ' && age >= -MINUTE' },
    { name: 'the postponement that lies in the future', file: 'services/membership.ts', find: ' && waitMs <= MINUTE' },
    {
      name: 'the touch of a session after the clock was put back',
      file: 'services/sessions.ts',
      find: 'Math.abs(now - lastSeenAt.getTime()) < this.#touchEveryMs',
      replace: 'now - lastSeenAt.getTime() < this.#touchEveryMs',
    },
    {
      name: 'the end of a pause when the clock is put back',
      file: 'adapters/dingtalk/circuit-breaker.ts',
      find: 'openMs >= 0 && ',
      tests: ['dingtalk-away.test.ts'],
    },
  ),
  ...against(
    "A hostile response in DingTalk's place",
    {
      name: 'the refusal of a redirect',
      file: 'adapters/dingtalk/response.ts',
      find: 'if (status >= 300 && status < 400)',
      replace: 'if (status < 0)',
      tests: ['dingtalk-errors.test.ts'],
    },
    {
      name: 'the longest response',
      file: 'adapters/dingtalk/node-http-adapter.ts',
      find: 'if (bytes > this.#maxResponseBytes) response.destroy(new TransportError(TOO_LONG))\n      else ',
    },
    {
      name: 'the deadline of a call',
      file: 'adapters/dingtalk/client.ts',
      find: '() => deadline.abort()',
      replace: '() => {}',
      tests: ['dingtalk-client.test.ts'],
    },
    {
      name: 'the schema of a response',
      file: 'adapters/dingtalk/response.ts',
      find: 'if (parsed.success) return parsed.data',
      replace: 'return (parsed.data ?? json) as T',
    },
    {
      name: 'the way past every proxy',
      file: 'adapters/dingtalk/client.ts',
      find: 'new Axios({ adapter: this.#http.send })',
      replace: "new Axios({ adapter: 'http', maxRedirects: 0, validateStatus: () => true })",
      tests: ['dingtalk-client.test.ts'],
    },
  ),
  ...against(
    'Development left on in production',
    {
      name: 'https in production',
      file: 'config/setting-values.ts',
      find: "if (production && url.startsWith('http:') && !isLoopback(url)) throw new Error('must be https:// in production')",
    },
    {
      name: 'the refusal of the emulator’s application',
      file: 'config/credentials.ts',
      find: 'if (production && text === EMULATOR_APP_ID) throw',
      replace: 'if (text === EMULATOR_APP_ID && !text) throw',
    },
    {
      name: 'the refusal of weak secrets',
      file: 'config/credentials.ts',
      find: 'new Set(secret).size < 8',
      replace: 'new Set(secret).size < 1',
    },
    {
      name: 'the refusal of the example’s secret',
      file: 'config/credentials.ts',
      find: 'if (production && secret === EXAMPLE_SECRET)',
      replace: "if (secret === EXAMPLE_SECRET + ' ')",
    },
    {
      name: 'the shortest secret',
      file: 'config/credentials.ts',
      find: 'secret.length < 32',
      replace: 'secret.length < 1',
    },
    {
      name: 'exact origins, without wildcards',
      file: 'config/setting-values.ts',
      find: [
        "if (text.includes('*')) throw new Error('must be exact: wildcards are not supported')",
        String.raw`  if (!/^([a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) throw new Error('must name one host')`,
      ].join('\n'),
    },
    {
      name: 'settings without user names',
      file: 'config/setting-values.ts',
      find: "if (/^[^/]*\\/\\/[^/?#]*@/.test(text)) throw new Error('must not hold a user name or password')",
    },
    {
      name: 'COOKIE_DOMAIN around PUBLIC_URL',
      file: 'config/config.ts',
      find: 'if (domain && host !== domain && ',
      replace: 'if (domain && !host && ',
    },
    {
      name: 'the emulator’s refusal of production',
      file: 'emulator/emulator.ts',
      find: "if (process.env.NODE_ENV?.toLowerCase() !== 'production') return",
      replace: 'return',
      tests: ['emulator/command.test.ts'],
      isCompiled: true,
    },
  ),
]
