import { AuthorizePayment } from '#contracts/messages/payment.ts';
import { on } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';

export const authorize = ({ commands }: App) => on(AuthorizePayment, commands.authorizePayment);
