import type { Message } from '#contracts/envelope.ts';
import type { Notice } from '../domain/notification.ts';
import type { Deps } from './ports.ts';

/** Tells a customer what a message reports: once, however often the message comes. */
export const notify =
  ({ receive, newId }: Deps) =>
  (message: Message, notice: Notice): Promise<void> =>
    receive(message, ({ notifications }) =>
      notifications.insert({ ...notice, id: newId('Notification'), createdAt: new Date(message.occurredAt) }),
    );
