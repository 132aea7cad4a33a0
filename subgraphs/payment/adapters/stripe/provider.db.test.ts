import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { providerSuite } from '../provider.suite.ts';
import { aSimulator, type TestSimulator } from '#kit/payment/simulator.ts';
import { type StripeProvider, stripeProvider } from './provider.ts';

let simulator: TestSimulator;
let provider: StripeProvider;
beforeAll(async () => {
  simulator = await aSimulator();
  provider = stripeProvider({ name: 'simulator', ...simulator.client, timeoutMs: 5_000, takesCodes: true });
});
afterAll(async () => {
  provider.close();
  await simulator[Symbol.asyncDispose]();
});

describe('against the simulator', () => {
  providerSuite({
    provider: () => provider,
    tokens: {
      approved: 'tok_approve',
      actionRequired: 'tok_action_required',
      unknown: 'tok_of_nobody',
      declined: [
        ['tok_decline', 'CARD_DECLINED'],
        ['tok_insufficient_funds', 'INSUFFICIENT_FUNDS'],
        ['tok_expired_card', 'EXPIRED_CARD'],
      ],
    },
    codes: { passed: 'approve', failed: 'decline' },
    effects: (reference) => simulator.effects(reference),
  });
});
