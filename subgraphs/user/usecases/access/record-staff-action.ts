import type { MessageOf } from '#contracts/envelope.ts';
import { parseId } from '#contracts/ids.ts';
import type { StaffActed } from '#contracts/messages/staff.ts';
import type { Deps } from '../ports.ts';

/** Keeps what was done, in this service or another, for the audit log. */
export const recordStaffAction =
  ({ receive }: Deps) =>
  async (message: MessageOf<typeof StaffActed>): Promise<void> => {
    const { subject, ...action } = message.data;
    const id = parseId('AuditEntry', message.aggregate.id);
    if (!id) throw new Error(`not the id of a staff action: ${message.aggregate.id}`);
    await receive(message, ({ auditLog }) =>
      auditLog.add({
        ...{ ...action, id, subjectType: subject.type, subjectId: subject.id },
        occurredAt: new Date(message.occurredAt),
      }),
    );
  };
