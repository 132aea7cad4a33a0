import type { Message } from '#contracts/envelope.ts';
import type { Notice } from '../../domain/notification/notification.ts';
import type { Deps } from '../ports.ts';

/** Notifies a customer of what a message reports: once, however often the message is delivered. */
export const notify =
  ({ receive, newId }: Deps) =>
  async (message: Message, notice: Notice | undefined): Promise<void> => {
    const createdAt = new Date(message.occurredAt);
    await receive(message, async ({ notifications }) => {
      if (notice) await notifications.insert({ ...notice, id: newId('Notification'), createdAt });
    });
  };
