/** Chance that falls the same way each time for the same seed. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** From 0 on, below 1: the generator mulberry32. */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.roll() < probability
  }

  /** A whole number from `min` on, below `max`. */
  between(min: number, max: number): number {
    return min + Math.floor(this.roll() * (max - min))
  }

  pick<T>(things: readonly T[]): T {
    for (const thing of things.slice(this.between(0, things.length))) return thing
    throw new Error('there is nothing to pick from')
  }

  /** The first ones come up more often than the last. */
  pickEarly<T>(things: readonly T[]): T {
    return this.pick(things.slice(0, this.between(1, things.length + 1)))
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.between(0, 16).toString(16)).join('')
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`
  }
}
