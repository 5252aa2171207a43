import { Router } from 'express'
import { expect, it } from 'vitest'
import { byAddress } from '../src/middleware/by-address.js'

const routerOf = (...paths: string[]) => {
  const router = Router()
  for (const path of paths) router.get(path, () => {})
  return router
}

it('two routers whose addresses begin alike are refused: the second would never be asked', () => {
  expect(() => byAddress(routerOf('/a/b'), routerOf('/c', '/a'))).toThrow(
    'two routers have addresses that begin with /a',
  )
  expect(() => byAddress(routerOf('/a/b', '/a/:c'), routerOf('/c'))).not.toThrow()
})
