import { type Request, Router } from 'express'
import { departmentChangeSchema, departmentSchema } from '../organisation/departments.js'
import { permissions as permissionNames, permissionSwitchSchema } from '../organisation/permissions.js'
import { roleChangeSchema, roleSchema } from '../organisation/roles.js'
import type { Parts } from '../parts.js'

/** Departments: those below one go with it, and its people are in the root if nowhere else. */
export function departmentRoutes({ departments }: Parts): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json(departments.all())
  })
  router.post('/', (req, res) => {
    const department = departmentSchema.parse(req.body)
    departments.add(department)
    res.status(201).json(department)
  })
  router.patch('/:id', (req, res, next) => {
    if (!departments.find(idOf(req))) return next()
    res.json(departments.change(idOf(req), departmentChangeSchema.parse(req.body)))
  })
  router.delete('/:id', (req, res, next) => {
    if (!departments.find(idOf(req))) return next()
    departments.remove(idOf(req))
    res.status(204).end()
  })
  return router
}

export function roleRoutes({ roles }: Parts): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json(roles.all())
  })
  router.post('/', (req, res) => {
    const role = roleSchema.parse(req.body)
    roles.add(role)
    res.status(201).json(role)
  })
  router.patch('/:id', (req, res, next) => {
    if (!roles.find(idOf(req))) return next()
    res.json(roles.rename(idOf(req), roleChangeSchema.parse(req.body).name))
  })
  router.delete('/:id', (req, res, next) => {
    if (!roles.find(idOf(req))) return next()
    roles.remove(idOf(req))
    res.status(204).end()
  })
  return router
}

export function permissionRoutes({ permissions }: Parts): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json(permissions.all())
  })
  router.patch('/', (req, res) => {
    const switches = permissionSwitchSchema.parse(req.body)
    for (const permission of permissionNames) {
      const on = switches[permission]
      if (on !== undefined) permissions.switch(permission, on)
    }
    res.json(permissions.all())
  })
  return router
}

function idOf(req: Request): number {
  return Number(req.params.id)
}
