import { CancelPayment } from '#contracts/messages/payment.ts';
import { on } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';

export const cancel = ({ commands }: App) => on(CancelPayment, commands.cancelPayment);
