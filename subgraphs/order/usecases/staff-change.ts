/** Every change that staff make to what is the shop's: once per idempotency key, with its audit row, in one transaction. */
import { actorIdOf, type StaffAction, staffActed } from '#contracts/messages/staff.ts';
import type { Permission } from '#contracts/permissions.ts';
import { CallerFault, type Failure, type IdempotencyConflict, type Result } from '#contracts/result.ts';
import { may, type Viewer } from '#contracts/viewer.ts';
import type { Deps, Stores } from './ports.ts';

export interface StaffCommand {
  readonly by: Viewer;
  readonly idempotencyKey: string | undefined;
}

export interface Recorded {
  readonly stores: Stores;
  /** What was done, for the audit log: ids and codes, no text of anybody's. */
  record(what: Pick<StaffAction, 'subject' | 'details'>): Promise<void>;
}

interface Change {
  /** The mutation's name. */
  readonly action: string;
  readonly permission: Permission;
}

/** The schema guards the mutation by the same permission; this is for every other way in. */
export const staffChange = <T, F extends Failure>(
  { transaction, newId }: Pick<Deps, 'transaction' | 'newId'>,
  { by, idempotencyKey: key, ...input }: StaffCommand & object,
  { action, permission }: Change,
  work: (change: Recorded) => Promise<Result<T, F>>,
): Promise<Result<T, F | IdempotencyConflict>> => {
  if (!may(by, permission)) throw new CallerFault('FORBIDDEN', `${action} needs the permission ${permission}.`);
  return transaction((stores) =>
    stores.idempotency.once<T, F>({ actor: actorIdOf(by), operation: action, key, input }, () =>
      work({
        stores,
        record: (what) =>
          stores.outbox.add(staffActed({ id: newId('AuditEntry'), by, action, customerId: null, ...what })),
      }),
    ),
  );
};
