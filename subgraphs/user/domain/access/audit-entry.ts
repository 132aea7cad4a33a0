import type { AuditEntryId, CustomerId } from '#contracts/ids.ts';
import type { StaffActorId } from '#contracts/messages/staff.ts';

/** One action of staff, a machine or an operator, in any service. */
export interface AuditEntry {
  readonly id: AuditEntryId;
  readonly actorId: StaffActorId;
  /** The mutation's name. */
  readonly action: string;
  readonly subjectType: string;
  readonly subjectId: string;
  /** Whose data it was; null for what is the shop's. */
  readonly customerId: CustomerId | null;
  readonly details: Readonly<Record<string, string>>;
  readonly occurredAt: Date;
}
