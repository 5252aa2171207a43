import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '../../adapters/dingtalk/parse-json.js'
import { APP } from '../known-app.js'

/** What DingTalk sends: `data` is JSON as text. */
export interface Frame {
  specVersion: '1.0'
  type: 'SYSTEM' | 'EVENT'
  headers: Record<string, string>
  data: string
}

/** An event that happened, in milliseconds, as far as a frame tells it. */
export interface EventFacts {
  eventId: string
  eventType: string
  bornAt: number
  data: unknown
}

/** What the gateway says of itself. */
export type SystemTopic = 'CONNECTED' | 'REGISTERED' | 'KEEPALIVE' | 'ping' | 'disconnect'

/** A frame of the gateway's own, at this time. */
export function systemFrame(topic: SystemTopic, now: number, data: unknown = {}): Frame {
  return frame('SYSTEM', { topic, time: String(now) }, data)
}

/** A frame with an event; sent again it has the same `eventId`, and another `messageId`. */
export function eventFrame({ eventId, eventType, bornAt, data }: EventFacts, now: number): Frame {
  const event = { eventType, eventId, eventBornTime: String(bornAt), eventCorpId: APP.corpId }
  return frame('EVENT', { topic: '*', time: String(now), ...event, eventUnifiedAppId: APP.id }, data)
}

function frame(type: Frame['type'], headers: Record<string, string>, data: unknown): Frame {
  return {
    specVersion: '1.0',
    type,
    headers: { appId: APP.id, contentType: 'application/json', messageId: randomUUID(), ...headers },
    data: JSON.stringify(data),
  }
}

const replySchema = z.object({
  code: z.int(),
  headers: z.looseObject({ messageId: z.string() }),
  message: z.string(),
  data: z.string(),
})
const acknowledgementSchema = z.object({ status: z.enum(['SUCCESS', 'LATER']) })

/** What a client responds. */
export type Reply = z.infer<typeof replySchema>

/** The reply in a message; undefined where it is none. */
export function replyIn(text: string): Reply | undefined {
  return replySchema.safeParse(parseJson(text)).data
}

/** What the reply says of an event: undefined where it says nothing that DingTalk understands. */
export function acknowledgementIn({ code, data }: Reply): 'SUCCESS' | 'LATER' | undefined {
  return code === 200 ? acknowledgementSchema.safeParse(parseJson(data)).data?.status : undefined
}
