/** Changes of who may do what: one at a time, by somebody who may at this moment, each in the audit log. */
import type { CustomerId } from '#contracts/ids.ts';
import { actorIdOf, type operator, type StaffAction, staffActed } from '#contracts/messages/staff.ts';
import { type Permission, permissions } from '#contracts/permissions.ts';
import { CallerFault, type Failure, type IdempotencyConflict, type Result } from '#contracts/result.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { isActive } from '../../domain/access/api-key.ts';
import { permissionsOf } from '../../domain/access/role.ts';
import type { Deps, Stores } from '../ports.ts';

export interface AccessCommand {
  readonly by: Viewer | typeof operator;
  readonly idempotencyKey: string | undefined;
}

interface Change {
  /** The mutation's name. */
  readonly action: string;
  readonly permission: Permission;
  readonly input: object;
}

/** What a change is given: the stores of its transaction, what whoever makes it may do, and a place to record it. */
export interface Authorised {
  readonly stores: Stores;
  readonly held: readonly Permission[];
  record(what: Pick<StaffAction, 'subject' | 'details'> & { readonly customerId?: CustomerId }): Promise<void>;
}

/**
 * The permission in the viewer's token got the request here; this is about whether it still holds. Otherwise an
 * administrator whose role was revoked could take it back before the gateways have heard of the denial.
 */
export const changeAccess = <T, F extends Failure>(
  { transaction, newId }: Pick<Deps, 'transaction' | 'newId'>,
  { by, idempotencyKey: key }: AccessCommand,
  { action, permission, input }: Change,
  work: (authorised: Authorised) => Promise<Result<T, F>>,
): Promise<Result<T, F | IdempotencyConflict>> =>
  transaction(
    (stores) =>
      stores.idempotency.once<T, F>({ actor: actorIdOf(by), operation: action, key, input }, async () => {
        await stores.roles.lock();
        const held = await heldBy(stores, by);
        if (!held.includes(permission)) throw new CallerFault('FORBIDDEN', `You may not use ${action} any more.`);
        return work({
          stores,
          held,
          record: ({ customerId = null, ...what }) =>
            stores.outbox.add(staffActed({ id: newId('AuditEntry'), by, action, customerId, ...what })),
        });
      }),
    'who may do what',
  );

const heldBy = async ({ roles, apiKeys, now }: Stores, by: AccessCommand['by']): Promise<readonly Permission[]> => {
  if (by === 'operator') return permissions;
  if (by.kind === 'user') return permissionsOf(await roles.of(by.id));
  const key = by.kind === 'apiKey' ? await apiKeys.find(by.id) : undefined;
  return key && isActive(key, now) ? key.permissions : [];
};
