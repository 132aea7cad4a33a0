/** All replies of the neighbours go the same way: the checkout's table knows what each one leads to. */
import { type MessageHandler, on } from '#platform/messaging/consumer.ts';
import { type Reply, replies } from '../domain/checkout/events.ts';
import type { App } from '../usecases/app.ts';

export const checkoutReplies = ({ commands }: App): MessageHandler[] =>
  replies.map((reply) =>
    // The definition has parsed the data, so type and data belong together; TypeScript loses that in the union.
    on(reply, ({ id, type, data }) => commands.advanceCheckout({ id, ...({ type, data } as Reply) })),
  );
