import { CapturePayment } from '#contracts/messages/payment.ts';
import { on } from '#platform/messaging/consumer.ts';
import type { App } from '../usecases/app.ts';

export const capture = ({ commands }: App) => on(CapturePayment, commands.capturePayment);
