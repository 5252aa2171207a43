import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Linux counts CPU time for programs in hundredths of a second, on every machine. */
const MS_PER_TICK = 10
const NS_PER_MS = 1_000_000

/** User and system time of a process so far, of those of its threads that are there: to the nanosecond, where Linux says so. */
export function cpuMsOf(pid: number | undefined): number {
  try {
    return exactMsOf(pid)
  } catch {
    return cpuTicksOf(pid) * MS_PER_TICK
  }
}

function exactMsOf(pid: number | undefined): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const ns = threads.map((thread) => Number(procFile(pid, `task/${thread}/schedstat`).split(' ')[0]))
  return ns.reduce((sum, one) => sum + one, 0) / NS_PER_MS
}

function cpuTicksOf(pid: number | undefined): number {
  const stat = procFile(pid, 'stat')
  // The name, in parentheses, may hold spaces; user and system time are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** The same of a process of this name, to the nanosecond; undefined where there is no such process on this machine. */
export function exactCpuMsOf(pid: number, name: string): number | undefined {
  try {
    if (procFile(pid, 'comm').trim() !== name) return undefined
    return exactMsOf(pid)
  } catch {
    return undefined
  }
}

export function childrenOf(pid: number | undefined): number[] {
  return procFile(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number)
}

/** Resident memory in MB: now, and at its highest. */
export function memoryOf(pid: number | undefined): { nowMb: number; peakMb: number } {
  const status = procFile(pid, 'status')
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return { nowMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') }
}

/** The files, connections and the like that it has open, without their numbers. */
export function handlesOf(pid: number | undefined): string[] {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).flatMap((name) => {
    try {
      return readlinkSync(`${folder}/${name}`).replace(/:\[\d+\]$/, '')
    } catch {
      // Closed meanwhile.
      return []
    }
  })
}

function procFile(pid: number | undefined, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8')
}
