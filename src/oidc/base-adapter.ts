import type { Adapter, AdapterPayload } from 'oidc-provider'

/** An adapter that can do nothing: what one of ours does not need, the provider does not ask of it. */
export class BaseAdapter implements Adapter {
  find(_id: string): Promise<AdapterPayload | undefined> {
    throw new Error('not found by its id')
  }

  findByUid(_uid: string): Promise<AdapterPayload | undefined> {
    throw new Error('not found by a uid')
  }

  findByUserCode(_userCode: string): Promise<AdapterPayload | undefined> {
    throw new Error('not found by a user code')
  }

  upsert(_id: string, _payload: AdapterPayload, _expiresIn: number): Promise<void> {
    throw new Error('not written')
  }

  consume(_id: string): Promise<void> {
    throw new Error('not consumed')
  }

  destroy(_id: string): Promise<void> {
    throw new Error('not destroyed')
  }

  revokeByGrantId(_grantId: string): Promise<void> {
    throw new Error('of no grant')
  }
}
