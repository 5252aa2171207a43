/** The code of a `TransportError`: the response was longer than it may be. */
export const TOO_LONG = 'TOO_LONG'
/** The code of a `TransportError`: the response was not there, to its end, within the `timeout`. */
export const TIMEOUT = 'TIMEOUT'

/**
 * There was no response, or none that can be read. The code says why: it is Node's (`HPE_…` where it was not HTTP)
 * or undici's, `TOO_LONG` or `TIMEOUT`.
 * @NOTE it knows nothing of the request, as an AxiosError would: that holds the secrets.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}
