import type { Message } from '#contracts/envelope.ts';
import { contentOf, mailOf, type Notice } from '../../domain/notification/notification.ts';
import type { Deps } from '../ports.ts';

/** Notifies a customer of what a message reports: once, however often the message is delivered. With a mail, where there is one. */
export const notify =
  ({ receive, newId }: Deps) =>
  async (message: Message, notice: Notice): Promise<void> => {
    const createdAt = new Date(message.occurredAt);
    await receive(message, async ({ notifications, deliveries }) => {
      const addressee = await notifications.addressee(notice.customerId);
      // Nobody reads it, and what was erased must not grow again.
      if (addressee.isClosed) return;
      await notifications.insert({ ...contentOf(notice, addressee), id: newId('Notification'), createdAt });
      const mail = mailOf(notice, message.id, addressee);
      if (mail) await deliveries.add(mail);
    });
  };
