import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'

/**
 * Has each request's context hold its `oidc` as a plain value. The provider defines an accessor there, another one for each
 * request: V8 makes an accessor's pair of functions old at birth, and the whole request, to which they refer, is kept
 * until the whole heap is collected; nor does V8 remember where such an accessor is. See docs/decisions.
 */
export function makeContextsPlain(provider: Provider): void {
  const createContext = provider.createContext.bind(provider)
  provider.createContext = <State>(req: IncomingMessage, res: ServerResponse) => {
    const context = createContext<State>(req, res)
    return new Proxy<typeof context>(context, plainOidc as ProxyHandler<typeof context>)
  }
}

const plainOidc: ProxyHandler<Record<PropertyKey, unknown>> = {
  // Straight to the context and its accessors: else V8 would come back here for each thing that they read, and would
  // define anew what is set. By brackets, which V8 caches, as it does not what Reflect does.
  get: (context, name) => context[name],
  set(context, name, value) {
    context[name] = value
    return true
  },
  defineProperty(context, name, property) {
    if (name !== 'oidc' || !property.get) return Reflect.defineProperty(context, name, property)
    // Else a proxy may not say that it has defined an accessor.
    const configurable = true
    return Reflect.defineProperty(context, name, { value: property.get(), configurable })
  },
}
