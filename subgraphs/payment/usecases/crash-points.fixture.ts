/**
 * A process of payment over the given database and simulator: receives the messages of its standard input, one JSON a line, and
 * ends. With `CRASH_POINT_FILE` it may die on the way.
 */

import { silentTelemetry } from '#kit/payment/app.ts';
import { prismaConnector } from '#platform/database/database.ts';
import { PrismaClient } from '#prisma/payment/client/client.ts';
import { crashAt } from '../adapters/crash.ts';
import { stripeProvider } from '../adapters/stripe/provider.ts';
import { createApp } from '../wiring.ts';

const [databaseUrl = '', url = '', secretKey = ''] = process.argv.slice(2);
const prisma = prismaConnector(PrismaClient)(databaseUrl, 2);
const provider = stripeProvider({
  name: 'simulator',
  secretKey,
  url,
  timeoutMs: 5_000,
  takesCodes: true,
  capturesInParts: true,
});
const { commands } = createApp(prisma, {
  provider,
  providerTimeoutMs: 5_000,
  telemetry: silentTelemetry,
  pass: crashAt(process.env.CRASH_POINT_FILE ?? ''),
});
const handlers: Readonly<Record<string, (message: never) => Promise<unknown>>> = {
  'payment.authorize': commands.authorizePayment,
  'payment.capture': commands.capturePayment,
  'payment.cancel': commands.cancelPayment,
  'payment.refund': commands.refundPayment,
  confirm: commands.confirmPayment,
};
for await (const line of (await import('node:readline')).createInterface({ input: process.stdin })) {
  const message = JSON.parse(line, (name, value) => (name === 'occurredAt' ? new Date(value) : value));
  await handlers[message.type]?.(message as never);
}
await prisma.$disconnect();
provider.close();
