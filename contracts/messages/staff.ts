/** What staff and machines do: each service publishes what was done to its own things. */
import { z } from 'zod';
import { anyService, defineMessage, message, type NewMessage } from '../envelope.ts';
import { ApiKeyId, type AuditEntryId, CustomerId, UserId } from '../ids.ts';
import type { Viewer } from '../viewer.ts';

/** Somebody at the server, by `npm run users`. */
export const operator = 'operator';

/** Who did it: a person, a machine, or an operator. */
export const StaffActorId = z.union([UserId, ApiKeyId, z.literal(operator)]);
export type StaffActorId = z.infer<typeof StaffActorId>;

export const StaffActed = defineMessage({
  type: 'staff.acted',
  version: 1,
  kind: 'event',
  owner: anyService,
  description: 'Somebody used a permission to change what is not their own.',
  data: z.object({
    actorId: StaffActorId,
    /** The mutation's name. */
    action: z.string().regex(/^[a-z][A-Za-z]{1,60}$/),
    /** What it was done to, as the graph calls it. */
    subject: z.object({ type: z.string().regex(/^[A-Z][A-Za-z]{1,60}$/), id: z.string().min(1).max(100) }),
    /** Whose data it is; null for what is the shop's. */
    customerId: CustomerId.nullable(),
    /** Which role, which status. Ids, names of roles and codes: no free text fits, so nothing that has to be forgotten. */
    details: z.record(z.string().regex(/^[a-z][A-Za-z]{0,40}$/), z.string().regex(/^[\w:.,-]{0,1000}$/)),
  }),
});

export interface StaffAction {
  readonly id: AuditEntryId;
  readonly by: Viewer | typeof operator;
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly customerId: CustomerId | null;
  readonly details?: Readonly<Record<string, string>>;
}

/**
 * The audit row of an action: put into the outbox in the action's own transaction, it exists exactly when the action has
 * taken effect. The action is an aggregate of its own, so it neither waits for its subject nor counts among the subject's
 * messages.
 */
export const staffActed = ({ id, by, details = {}, ...action }: StaffAction): NewMessage =>
  message(StaffActed, { type: 'staff-action', id }, { actorId: actorIdOf(by), ...action, details });

export const actorIdOf = (by: StaffAction['by']): StaffActorId => {
  if (by === operator) return operator;
  if (by.kind === 'guest') throw new Error('a guest has no permission to act on');
  return by.id;
};
