import type { DataOf, Message } from '#contracts/envelope.ts';
import type { ProductChanged } from '#contracts/messages/product.ts';
import type { Deps } from '../ports.ts';

/** Keeps our copy of the catalogue: the product as the message tells it, unless we have a later one. */
export const takeOverProduct =
  ({ receive }: Deps) =>
  (message: Message<DataOf<typeof ProductChanged>>): Promise<void> =>
    receive(message, ({ catalogue }) => catalogue.replace(message.data, message.sequence));
