import type { MessageId } from '#contracts/ids.ts';
import type { Sql } from '../database/transaction.ts';

/**
 * Records a message as received, in the transaction of its effect. Gives the time of that by the database's clock (see
 * `databaseTime`), or undefined for a duplicate: that is why a message that is delivered twice takes effect once.
 * Two copies at the same moment: the second waits here until the first one's transaction has ended.
 */
export const recordReceived = async (
  tx: Sql,
  message: { readonly id: MessageId; readonly type: string },
): Promise<Date | undefined> => {
  const [row] = await tx.$queryRawUnsafe<{ now: Date }[]>(
    `INSERT INTO inbox_message (id, type) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING
     RETURNING clock_timestamp() AS now`,
    message.id,
    message.type,
  );
  return row?.now;
};
