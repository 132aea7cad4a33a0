/** Changes of categories, attributes and collections: by staff, one at a time. */
import type { Failure, Result } from '#contracts/result.ts';
import type { Deps } from '../ports.ts';
import { type Recorded, type StaffCommand, staffChange } from '../staff-change.ts';

export const taxonomyChange = <T, F extends Failure>(
  deps: Pick<Deps, 'transaction' | 'newId'>,
  { by, idempotencyKey, ...input }: StaffCommand & object,
  action: string,
  work: (change: Recorded) => Promise<Result<T, F>>,
) =>
  staffChange<T, F>(deps, { by, idempotencyKey }, { action, permission: 'catalogue:write', input }, async (change) => {
    await change.stores.taxonomy.lock();
    return work(change);
  });
