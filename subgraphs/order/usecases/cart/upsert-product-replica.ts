import type { MessageOf } from '#contracts/envelope.ts';
import type { ProductChanged } from '#contracts/messages/product.ts';
import type { Receive } from '#contracts/transaction.ts';
import type { CatalogueStore } from '../ports.ts';

interface Deps {
  readonly receive: Receive<{ readonly catalogue: CatalogueStore }>;
}

/** Keeps our replica of the catalogue: the product as the message has it, unless we have a later version. */
export const upsertProductReplica =
  ({ receive }: Deps) =>
  (message: MessageOf<typeof ProductChanged>): Promise<void> =>
    receive(message, ({ catalogue }) => catalogue.upsertProduct(message.data, message));
