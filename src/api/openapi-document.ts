import { z } from 'zod'
import { type ErrorCode, errorTable } from '../errors.js'
import { ownVersion } from '../version.js'
import { type HeaderName, type Operation, responseHeaders, type SuccessResponse } from './operation.js'
import { methodsOf, paths } from './operations.js'
import { errorCode, responses as schemasOfResponses } from './responses.js'

type Json = Record<string, unknown>

interface Settings {
  publicUrl: string
  /** The session cookie's name. */
  sessionCookie: string
  /** The ids of operations that the settings switch off. */
  without: readonly string[]
}

const FORM = 'application/x-www-form-urlencoded'
const DESCRIPTION = `People scan a DingTalk code and are in.

Every response has \`Cache-Control: no-store\`, but for \`/client.js\`. Errors are a page for those who prefer \`text/html\`. A slash at the end of an address changes nothing.
An address that is not here gets \`not_found\`, a method that is not here \`method_not_allowed\`: they are among the components.
\`POST\` and \`DELETE\` need an \`Origin\` that is this server's or an allowed front end's (\`/verify\` excepted). Those front ends may read every response,
and get 204 for their preflights (\`OPTIONS\`).`

/** What an address or a method gets that is not described. */
const ELSEWHERE: readonly ErrorCode[] = ['not_found', 'method_not_allowed']

/** The headers that come with errors of these statuses. */
const errorHeaders: Record<number, readonly HeaderName[]> = {
  405: ['Allow'],
  429: ['Retry-After'],
  503: ['Retry-After'],
}

/** The OpenAPI description of all routes, made from the schemas that judge their requests and shape their responses. */
export function describeApi({ publicUrl, sessionCookie, without }: Settings) {
  const everywhere = codesOfEveryRoute()
  /** The responses that are errors alone: the same codes are described once. */
  const responses: Json = {}
  const errorResponse = (codes: ErrorCode[]) => {
    const name = codes.join('.')
    responses[name] ??= responseOf(undefined, codes)
    return { $ref: `#/components/responses/${name}` }
  }

  const responsesOf = (operation: Operation): Json => {
    const codes = errorCode.options.filter((code) => operation.errors?.includes(code) || everywhere.includes(code))
    const statuses = new Set([...Object.keys(operation.responses).map(Number), ...codes.map(statusOf)])
    return Object.fromEntries(
      Array.from(statuses, (status) => {
        const success = operation.responses[status]
        const ofStatus = codes.filter((code) => statusOf(code) === status)
        return [status, success ? responseOf(success, ofStatus) : errorResponse(ofStatus)]
      }),
    )
  }

  for (const code of ELSEWHERE) errorResponse([code])
  return schemasOfResponses.Description.parse({
    openapi: '3.1.0',
    info: { title: 'dingtalk-login', version: ownVersion(), description: DESCRIPTION },
    servers: [{ url: publicUrl }],
    paths: Object.fromEntries(
      paths
        .filter((path) => Array.from(methodsOf(path).values()).some(({ id }) => !without.includes(id)))
        .map((path) => [
          path.replace(/:(\w+)/g, '{$1}'),
          Object.fromEntries(
            Array.from(methodsOf(path))
              .filter(([, { id }]) => !without.includes(id))
              .map(([method, operation]) => [
                method.toLowerCase(),
                { ...requestOf(path, operation), responses: responsesOf(operation) },
              ]),
          ),
        ]),
    ),
    components: {
      schemas: namedSchemas(),
      responses,
      headers: responseHeaders,
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: sessionCookie } },
    },
  })
}

/** Those that no operation names: requests are judged, and the database is asked, before any route is at work. */
function codesOfEveryRoute(): ErrorCode[] {
  const named = paths.flatMap((path) => [...methodsOf(path).values()].flatMap(({ errors = [] }) => errors))
  return errorCode.options.filter((code) => !named.includes(code) && !ELSEWHERE.includes(code))
}

function statusOf(code: ErrorCode): number {
  return errorTable[code].status
}

function requestOf(path: string, operation: Operation): Json {
  const { id, summary, description, session, form } = operation
  const withSession = { session: [] }
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    ...(session && { security: session === 'required' ? [withSession] : [{}, withSession] }),
    parameters: [...pathParameters(path), ...queryParameters(operation)],
    ...(form && { requestBody: { required: true, content: { [FORM]: { schema: formSchema(form) } } } }),
  }
}

function formSchema(form: z.ZodType): Json {
  const { $schema, ...schema } = z.toJSONSchema(form, { io: 'input' })
  return schema
}

function pathParameters(path: string): Json[] {
  return Array.from(path.matchAll(/:(\w+)/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters({ query, hints = {} }: Operation): Json[] {
  const { properties = {}, required = [] } = query ? z.toJSONSchema(query, { io: 'input' }) : {}
  const judged = Object.entries(properties).map(([name, schema]) =>
    queryParameter(name, schema as Json, required.includes(name)),
  )
  const read = Object.entries(hints).map(([name, schema]) => {
    const { $schema, description, ...known } = z.toJSONSchema(schema)
    return queryParameter(name, {
      description: `${description} Another value is ignored.`,
      anyOf: [known, { type: 'string' }],
    })
  })
  return [...judged, ...read]
}

function queryParameter(name: string, { description, ...schema }: Json, required = false): Json {
  return { name, in: 'query', description, required, schema }
}

/** A success, an error, or whichever of the two it turns out to be. */
function responseOf(success: SuccessResponse | undefined, codes: readonly ErrorCode[]): Json {
  const [status] = codes.map(statusOf)
  const headers = [...(success?.headers ?? []), ...(errorHeaders[status ?? 0] ?? []), 'X-Request-Id']
  const errors = codes.map((code) => `\`${code}\`: ${errorTable[code].message}`)
  return {
    description: [success?.description, ...errors].filter(Boolean).join('\n\n'),
    headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    content: content(success?.body, codes),
  }
}

function content(body: SuccessResponse['body'], codes: readonly ErrorCode[]): Json {
  const json: Json[] = []
  const texts: string[] = []
  if (body?.includes('/')) texts.push(body)
  else if (body) json.push({ $ref: `#/components/schemas/${body}` })
  if (codes.length > 0) {
    json.push({ allOf: [{ $ref: '#/components/schemas/Error' }, { properties: { error: { enum: codes } } }] })
    texts.push('text/html')
  }
  return {
    ...(json.length > 0 && { 'application/json': { schema: json.length > 1 ? { anyOf: json } : json[0] } }),
    ...Object.fromEntries(texts.map((type) => [type, { schema: { type: 'string' } }])),
  }
}

function namedSchemas(): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(schemasOfResponses)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, override: dropDatePattern })
  return Object.fromEntries(Object.entries(schemas).map(([name, { $schema, $id, ...schema }]) => [name, schema]))
}

/** The format says it, in fewer than three hundred characters. */
function dropDatePattern({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
}
