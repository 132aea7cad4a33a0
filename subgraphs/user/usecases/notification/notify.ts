import type { Message } from '#contracts/envelope.ts';
import type { NewDelivery } from '../../domain/mail/delivery.ts';
import type { Notice } from '../../domain/notification/notification.ts';
import type { Deps } from '../ports.ts';

/** Notifies a customer of what a message reports: once, however often the message is delivered. With a mail, where there is one. */
export const notify =
  ({ receive, newId }: Deps) =>
  async (message: Message, notice: Notice | undefined, mail?: NewDelivery): Promise<void> => {
    const createdAt = new Date(message.occurredAt);
    await receive(message, async ({ notifications, deliveries }) => {
      if (notice) await notifications.insert({ ...notice, id: newId('Notification'), createdAt });
      if (mail) await deliveries.add(mail);
    });
  };
