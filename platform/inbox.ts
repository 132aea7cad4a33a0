import type { MessageId } from '../contracts/ids.ts';
import type { Sql } from './transaction.ts';

/**
 * Takes a message in, inside the transaction of its effect: true the first time, false when it was taken in before.
 * Two copies at the same moment: the second waits here for the first one's transaction to end, and is then told.
 */
export const takeIn = async (tx: Sql, message: { readonly id: MessageId; readonly type: string }): Promise<boolean> => {
  const inserted = await tx.$executeRawUnsafe(
    'INSERT INTO inbox_message (id, type) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING',
    message.id,
    message.type,
  );
  return inserted === 1;
};
