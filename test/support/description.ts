import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Response } from 'supertest'
import { z } from 'zod'
import type { World } from './world.js'

const reference = z.object({ $ref: z.string() })
const parameter = z.object({ name: z.string(), in: z.enum(['query', 'path']), required: z.boolean(), schema: z.json() })
const response = z.object({
  headers: z.record(z.string(), reference),
  content: z.record(z.string(), z.object({ schema: z.json() })),
})
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(parameter),
  responses: z.record(z.string(), z.union([reference, response])),
})
const description = z.object({
  info: z.object({ version: z.string() }),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), z.json()),
    responses: z.record(z.string(), response),
    headers: z.record(z.string(), z.object({ required: z.boolean().optional() })),
    securitySchemes: z.json(),
  }),
})

/** An answer, as far as a description speaks of it. */
export type Answer = Pick<Response, 'status' | 'headers' | 'text'>

/** What `/openapi.json` says, and whether answers keep to it. */
export class Description {
  readonly document: z.output<typeof description>
  readonly #ajv = new Ajv2020({ allErrors: true, strictTypes: false })

  constructor(json: unknown) {
    this.document = description.parse(json)
    formats.default(this.#ajv)
    this.#ajv.addVocabulary(Object.keys(z.record(z.string(), z.unknown()).parse(json)))
    this.#ajv.addSchema(json as object, 'openapi')
  }

  static async of(world: World): Promise<Description> {
    return new Description((await world.browser().get('/openapi.json').expect(200)).body)
  }

  /** Each operation as `GET /me`. */
  operations(): Map<string, z.output<typeof operation>> {
    const { paths } = this.document
    return new Map(
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, found]) => [`${method.toUpperCase()} ${path}`, found] as const),
      ),
    )
  }

  /** The error codes that this operation, or this component, can give with this status. */
  codes(operationOrComponent: string, status: number): string[] {
    const pointer = this.#response(operationOrComponent, status)
    const texts = JSON.stringify(this.#at(pointer).content['application/json'] ?? {}).matchAll(/"enum":(\[[^\]]*\])/g)
    return Array.from(texts, ([, codes = '']) => z.array(z.string()).parse(JSON.parse(codes))).flat()
  }

  /** All that is wrong with an answer of this operation, such as `GET /me`, or of this component of `responses`. */
  faults(operationOrComponent: string, { status, headers, text }: Answer): string[] {
    const pointer = this.#response(operationOrComponent, status)
    const { headers: described, content } = this.#at(pointer)
    const missing = Object.entries(described)
      .map(([name, { $ref }]) => ({ name, ...this.document.components.headers[$ref.split('/').at(-1) ?? ''] }))
      .filter(({ name, required }) => required && headers[name.toLowerCase()] === undefined)
      .map(({ name }) => `${name} is missing`)
    const badHeaders = Object.entries(described).flatMap(([name, { $ref }]) => {
      const value = headers[name.toLowerCase()]
      return value === undefined
        ? []
        : this.#refusal(`${$ref}/schema`, /^\d+$/.test(value) ? Number(value) : String(value))
    })
    const isHead = operationOrComponent.startsWith('HEAD ')
    const badBody = isHead ? [] : this.#badBody(pointer, content, headers['content-type'], text)
    return [...missing, ...badHeaders, ...badBody]
  }

  /** What is wrong with this value of an operation's query parameter. */
  parameterFaults(name: string, index: number, value: unknown): string[] {
    const [method, path] = pathOf(name)
    return this.#refusal(`#/paths/${path}/${method}/parameters/${index}/schema`, value)
  }

  #badBody(pointer: string, content: object, contentType: string | undefined, text: string): string[] {
    const type = contentType?.split(';')[0]
    if (type === undefined || text === '') return text === '' && Object.keys(content).length === 0 ? [] : ['no content']
    if (!Object.hasOwn(content, type)) return [`${type} is not described`]
    const schema = `${pointer}/content/${escaped(type)}/schema`
    return this.#refusal(schema, type === 'application/json' ? JSON.parse(text) : text)
  }

  #refusal(pointer: string, value: unknown): string[] {
    const validate = this.#ajv.compile({ $ref: `openapi${pointer}` })
    return validate(value) ? [] : [this.#ajv.errorsText(validate.errors)]
  }

  /** Where the answer of this status is described. */
  #response(operationOrComponent: string, status: number): string {
    if (!operationOrComponent.includes(' ')) return `#/components/responses/${operationOrComponent}`
    const [method, path] = pathOf(operationOrComponent)
    const found = this.operations().get(operationOrComponent)?.responses[status]
    if (!found) throw new Error(`${operationOrComponent} is not described with ${status}`)
    return '$ref' in found ? found.$ref : `#/paths/${path}/${method}/responses/${status}`
  }

  #at(pointer: string): z.output<typeof response> {
    const steps = pointer
      .slice(2)
      .split('/')
      .map((step) => decodeURIComponent(step).replaceAll('~1', '/'))
    return response.parse(steps.reduce<unknown>((value, step) => Reflect.get(Object(value), step), this.document))
  }
}

function pathOf(operationName: string): [method: string, pointer: string] {
  const [method = '', path = ''] = operationName.split(' ')
  return [method.toLowerCase(), escaped(path)]
}

function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll('/', '~1'))
}
