/** Every message that this service receives, and the use case that it goes to. */
import { CommitStock, ReleaseStock, ReserveStock, ReturnStock } from '#contracts/messages/stock.ts';
import { UserClosed, UserGuestMerged } from '#contracts/messages/user.ts';
import { type MessageHandler, on } from '#platform/messaging/consumer.ts';
import type { App } from './usecases/app.ts';

export const consumers = ({ commands }: App): MessageHandler[] => [
  on(ReserveStock, commands.reserveStock),
  on(CommitStock, commands.commitStock),
  on(ReleaseStock, commands.releaseStock),
  on(ReturnStock, commands.bookReturn),
  on(UserGuestMerged, commands.mergeGuest),
  on(UserClosed, commands.forgetClosedUser),
];
