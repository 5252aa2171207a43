import type { Program } from './program.js'
import type { Report } from './report.js'

/** What every way of measuring is given. */
export interface Bench {
  /** The stand-in for DingTalk. */
  dingtalk: Program
  /** Where databases and files may lie; it is removed at the end. */
  directory: string
  /** Measured rounds of each server. */
  rounds: number
  durationMs: number
  browsers: number
  /** Less than 1 for less than all of what is large. */
  scale: number
  /** Tells the person who waits. */
  say(text: string): void
}

/** What a way of measuring adds to the report. */
export type Measured = Partial<Omit<Report, 'node' | 'rounds' | 'durationMs' | 'browsers' | 'targets'>>
