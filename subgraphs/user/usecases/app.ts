import type { Message } from '#contracts/envelope.ts';
import type { Notice } from '../domain/notification.ts';
import type { Deps } from './ports.ts';
import { forgetOldAttempts } from './prove-password.ts';
import { register } from './register.ts';
import { signIn } from './sign-in.ts';

/** Everything that the user service does. */
export const app = (deps: Deps) => ({
  commands: {
    register: register(deps),
    signIn: signIn(deps),
    notify: notify(deps),
    forgetOldAttempts: forgetOldAttempts(deps),
  },
  reads: deps.reads,
});

export type App = ReturnType<typeof app>;

/** Notifies a customer of what a message reports: once, however often the message is delivered. */
const notify =
  ({ receive, newId }: Deps) =>
  async (message: Message, notice: Notice): Promise<void> => {
    const createdAt = new Date(message.occurredAt);
    await receive(message, ({ notifications }) =>
      notifications.insert({ ...notice, id: newId('Notification'), createdAt }),
    );
  };
