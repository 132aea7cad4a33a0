import { UserRegistered } from '#contracts/messages/user.ts';
import { on } from '#platform/messaging/consumer.ts';
import * as notice from '../domain/notification.ts';
import type { App } from '../usecases/app.ts';

/** Welcomes a new customer. */
export const userRegistered = ({ commands }: App) =>
  on(UserRegistered, (message) => commands.notify(message, notice.welcome(message.data)));
