import type { Router } from 'express'
import type { Context } from '../context.js'
import { addApplications } from './applications.js'
import { ConsoleRouter, nothingThere } from './console-router.js'
import { addGroups } from './groups.js'
import { addOverview } from './overview/overview.js'
import { addPeople } from './people.js'
import { addSettings } from './settings.js'
import { addTrail } from './trail/trail.js'

/** The operator's console: all addresses from `/admin` on. */
export function createConsole(ctx: Context): Router {
  const console = new ConsoleRouter(ctx)
  addOverview(console, ctx)
  addPeople(console, ctx)
  addApplications(console, ctx)
  addGroups(console, ctx)
  addTrail(console, ctx)
  addSettings(console, ctx)
  console.router.use(nothingThere)
  return console.router
}
