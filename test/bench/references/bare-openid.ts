/** What OpenID costs by itself: the library with an adapter of prepared statements, as its documents have it. Logs nothing. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Database from 'better-sqlite3'
import { exportJWK, generateKeyPair } from 'jose'
import { type Adapter, type AdapterPayload, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { application } from '../application.js'
import { nickOf } from '../people.js'
import { SESSION_MS, settings } from './settings.js'

const db = new Database(settings.databaseFile)
db.pragma('journal_mode = WAL')
db.pragma('synchronous = NORMAL')
db.exec(`
  CREATE TABLE IF NOT EXISTS account (id TEXT PRIMARY KEY, handle TEXT NOT NULL, nick TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS payload (
    kind TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grantId TEXT, uid TEXT, expiresAt INTEGER NOT NULL, consumedAt INTEGER,
    PRIMARY KEY (kind, id)
  );
  CREATE INDEX IF NOT EXISTS payload_grant ON payload (grantId);
  CREATE INDEX IF NOT EXISTS payload_uid ON payload (kind, uid);
  CREATE INDEX IF NOT EXISTS payload_expiry ON payload (expiresAt);
`)

interface Row {
  payload: string
  consumedAt: number | null
}

const save = db.prepare(`
  INSERT INTO payload (kind, id, payload, grantId, uid, expiresAt) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (kind, id) DO UPDATE SET payload = excluded.payload, uid = excluded.uid, expiresAt = excluded.expiresAt
`)
const SELECT = 'SELECT payload, consumedAt FROM payload WHERE kind = ?'
const find = db.prepare<[string, string, number], Row>(`${SELECT} AND id = ? AND expiresAt > ?`)
const findByUid = db.prepare<[string, string, number], Row>(`${SELECT} AND uid = ? AND expiresAt > ?`)
const consume = db.prepare('UPDATE payload SET consumedAt = ? WHERE kind = ? AND id = ?')
const remove = db.prepare('DELETE FROM payload WHERE kind = ? AND id = ?')
const removeGrant = db.prepare('DELETE FROM payload WHERE grantId = ?')
const saveAccount = db.prepare('INSERT OR IGNORE INTO account VALUES (?, ?, ?)')
const findAccount = db.prepare<[string], { id: string; handle: string; nick: string }>(
  'SELECT * FROM account WHERE id = ?',
)

const seconds = () => Math.floor(Date.now() / 1000)

function payloadOf(row: Row | undefined): AdapterPayload | undefined {
  return row && { ...JSON.parse(row.payload), ...(row.consumedAt !== null && { consumed: row.consumedAt }) }
}

/** https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js */
class SqliteAdapter implements Adapter {
  readonly #kind: string

  constructor(kind: string) {
    this.#kind = kind
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const { grantId = null, uid = null } = payload
    save.run(this.#kind, id, JSON.stringify(payload), grantId, uid, seconds() + expiresIn)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return payloadOf(find.get(this.#kind, id, seconds()))
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return payloadOf(findByUid.get(this.#kind, uid, seconds()))
  }

  async findByUserCode(): Promise<undefined> {}

  async consume(id: string): Promise<void> {
    consume.run(seconds(), this.#kind, id)
  }

  async destroy(id: string): Promise<void> {
    remove.run(this.#kind, id)
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    removeGrant.run(grantId)
  }
}

/** A grant for each session and application, without a question: the documents' own way around consent. */
async function grantFor(ctx: KoaContextWithOIDC) {
  const { client, session, provider } = ctx.oidc
  if (!client || !session?.accountId) return undefined
  const grantId = session.grantIdFor(client.clientId)
  if (grantId) return provider.Grant.find(grantId)
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '))
  await grant.save()
  return grant
}

const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true })
const provider = new Provider(settings.publicUrl, {
  adapter: SqliteAdapter,
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
  clients: [
    {
      client_id: application.id,
      client_secret: settings.secret,
      redirect_uris: [application.redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  routes: { authorization: '/oidc/auth', token: '/oidc/token', userinfo: '/oidc/userinfo' },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => false },
  claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'nickname'] },
  conformIdTokenClaims: false,
  findAccount: (_ctx, id) => {
    const account = findAccount.get(id)
    if (!account) return undefined
    const { handle, nick } = account
    return { accountId: id, claims: () => ({ sub: id, preferred_username: handle, name: nick, nickname: nick }) }
  },
  loadExistingGrant: grantFor,
  interactions: { url: (_ctx, { uid }) => `/login/${uid}` },
  ttl: {
    AuthorizationCode: 60,
    AccessToken: 5 * 60,
    IdToken: 60 * 60,
    Grant: SESSION_MS / 1000,
    Session: SESSION_MS / 1000,
    Interaction: 600,
  },
  cookies: { keys: [settings.secret] },
})

/** Signs in whomever the request names. */
async function logIn(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(req, res)
  const id = String(params.login_hint)
  const nick = nickOf(Number(id))
  saveAccount.run(id, nick, nick)
  await provider.interactionFinished(req, res, { login: { accountId: id } })
}

const answer = provider.callback()
createServer((req, res) => {
  if (req.url === '/healthz') res.end()
  else if (req.url?.startsWith('/login/'))
    logIn(req, res).catch((error: unknown) => {
      console.error(error)
      res.writeHead(500).end()
    })
  else void answer(req, res)
}).listen(settings.port)
