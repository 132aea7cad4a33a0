import type { Message, MessageOf } from '#contracts/envelope.ts';
import type { ProductBackInStock } from '#contracts/messages/availability.ts';
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

/** Notifies everybody whom the message names, as `notify` does: a batch is one transaction of a few statements. */
export const notifyBackInStock =
  ({ receive, newId }: Deps) =>
  async (message: MessageOf<typeof ProductBackInStock>): Promise<void> => {
    const { customerIds, ...variant } = message.data;
    const createdAt = new Date(message.occurredAt);
    await receive(message, async ({ notifications, deliveries }) => {
      const addressees = (await notifications.addressees(customerIds)).filter(({ isClosed }) => !isClosed);
      const told = addressees.map((addressee) => ({
        addressee,
        notice: { kind: 'BACK_IN_STOCK', customerId: addressee.customerId, ...variant } as const,
      }));
      await notifications.insert(
        ...told.map(({ notice, addressee }) => ({
          ...contentOf(notice, addressee),
          id: newId('Notification'),
          createdAt,
        })),
      );
      await deliveries.add(...told.flatMap(({ notice, addressee }) => mailOf(notice, message.id, addressee) ?? []));
    });
  };
