import type { MessageId } from '#contracts/ids.ts';
import type { Sql } from '../database/transaction.ts';

/**
 * Takes a message in, inside the transaction of its effect. Gives the time of that by the database's clock (see
 * `databaseTime`), or undefined when the message was taken in before.
 * Two copies at the same moment: the second waits here for the first one's transaction to end, and is then told.
 */
export const takeIn = async (
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
