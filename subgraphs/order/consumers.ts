/** Every message that this service receives, and the use case that it goes to. What each reply leads to: domain/checkout/steps.ts. */
import { ProductChanged, ProductChangedV1, upgradedProductChanged } from '#contracts/messages/product.ts';
import { UserClosed, UserGuestMerged } from '#contracts/messages/user.ts';
import { type MessageHandler, on, onEach } from '#platform/messaging/consumer.ts';
import { replies } from './domain/checkout/messages.ts';
import type { App } from './usecases/app.ts';

export const consumers = ({ commands }: App): MessageHandler[] => [
  ...catalogueConsumers(commands),
  on(UserGuestMerged, commands.mergeGuest),
  on(UserClosed, commands.forgetClosedUser),
  ...onEach(replies, commands.advanceCheckout),
];

/** Those that keep the replica of the catalogue, and are all that it is made of: `npm run rebuild` runs them on a copy. */
export const catalogueConsumers = ({
  upsertProductReplica,
}: Pick<App['commands'], 'upsertProductReplica'>): MessageHandler[] => [
  on(ProductChanged, upsertProductReplica),
  on(ProductChangedV1, (message) => upsertProductReplica({ ...message, data: upgradedProductChanged(message.data) })),
];
