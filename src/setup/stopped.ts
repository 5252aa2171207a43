/** Whoever sat at the terminal has ended it before anything was written. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}
