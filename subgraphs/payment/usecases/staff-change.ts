/** Every change that staff make here: once per idempotency key, with its audit row, in one transaction. */
import { actorIdOf, type StaffAction, staffActed } from '#contracts/messages/staff.ts';
import { CallerFault, type Failure, type IdempotencyConflict, type Result } from '#contracts/result.ts';
import { may, type Viewer } from '#contracts/viewer.ts';
import type { Deps, Stores } from './ports.ts';

export interface StaffCommand {
  readonly by: Viewer;
  readonly idempotencyKey: string;
}

export interface Recorded {
  readonly stores: Stores;
  /** What was done, for the audit log: ids, amounts and codes, no text of anybody's. Called by a change that changed something. */
  record(what: Omit<StaffAction, 'id' | 'by' | 'action'>): Promise<void>;
}

/**
 * `action` is the mutation's name; `input` is everything that the answer depends on. The schema guards the mutation by the same
 * permission; this is for every other way in.
 */
export const staffChange = <T, F extends Failure>(
  { transaction, newId }: Pick<Deps, 'transaction' | 'newId'>,
  { by, idempotencyKey: key }: StaffCommand,
  { action, input }: { readonly action: string; readonly input: object },
  work: (change: Recorded) => Promise<Result<T, F>>,
): Promise<Result<T, F | IdempotencyConflict>> => {
  if (!may(by, 'payments:manage'))
    throw new CallerFault('FORBIDDEN', `${action} needs the permission payments:manage.`);
  return transaction((stores) =>
    stores.idempotency.once<T, F>({ actor: actorIdOf(by), operation: action, key, input }, () =>
      work({
        stores,
        record: (what) => stores.outbox.add(staffActed({ id: newId('AuditEntry'), by, action, ...what })),
      }),
    ),
  );
};
