import { AuthorizePayment, CancelPayment, CapturePayment, RefundPayment } from '#contracts/messages/payment.ts';
import { UserClosed, UserGuestMerged } from '#contracts/messages/user.ts';
import { type MessageHandler, on } from '#platform/messaging/consumer.ts';
import type { App } from './usecases/app.ts';

/** What the `payment` queue delivers, and what handles it. */
export const consumers = ({ commands }: App): MessageHandler[] => [
  on(AuthorizePayment, commands.authorizePayment),
  on(CapturePayment, commands.capturePayment),
  on(RefundPayment, commands.refundPayment),
  on(CancelPayment, commands.cancelPayment),
  on(UserGuestMerged, commands.mergeGuest),
  on(UserClosed, commands.forgetClosedUser),
];
