import type { OutsideDescriptor } from '#platform/service/descriptor.ts';

/** Plays the payment provider: an outside system, with a memory of its own. */
export const service = {
  name: 'simulator',
  kind: 'outside',
  port: 4005,
  secrets: { SIMULATOR_API_KEY: 'password', SIMULATOR_WEBHOOK_SECRET: 'password' },
  client: 'payment',
  webhook: '/webhooks/simulator',
  chosenBy: { variable: 'PAYMENT_PROVIDER', value: 'simulator' },
} as const satisfies OutsideDescriptor;
