/**
 * kill -9 of each service while orders are in flight, and guests who have placed some sign in. After the restart every order
 * reaches a terminal state, nobody is charged twice, money, stock and messages agree, and what was the guests' is the users'. One file per transport, so that both run at the same time: most of
 * it is waiting for time-outs.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestAgora, type TestAgora } from '#kit/agora/agora.ts';
import { expectCleanAudit } from '#kit/agora/clean-audit.ts';
import type { OwnTransport } from '#launcher/events.ts';
import { newShopper, type Shopper } from '#launcher/shopper/shopper.ts';
import type { ServiceName } from '#ops/services.ts';
import { buyersOf, guestsOf, ordersEnd, type Placed, placeAll, signInWhatever } from '../orders-in-flight.ts';

// When to kill, counted from the last answer to placeOrder: in the first hop, between hops, at the provider.
const hopsMs = [0, 60, 250];
/** The saga passes through three of them at each hop; user only receives its end, and the gateway nothing. The simulator is the provider. */
const victims = {
  payment: hopsMs,
  order: hopsMs,
  product: hopsMs,
  user: [250],
  gateway: [60],
  simulator: [60, 250],
} as const;

export const crashRecoveryOver = (events: OwnTransport): void => {
  let agora: TestAgora;
  let buyers: Shopper[];
  beforeAll(async () => {
    // A slow provider keeps payments in the middle of a call longer, where a kill hurts most.
    agora = await startTestAgora({ events, env: { SIMULATOR_LATENCY_MS: '150' } });
  }, 120_000);
  // New ones for each test: a customer may have ten orders that are not paid, and declined ones count.
  beforeEach(async () => {
    buyers = await buyersOf(agora.gateway, 4);
  });
  afterAll(() => agora.stop());
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.log(agora.lastLines());
  });

  const killedAfter = async (victim: ServiceName, momentMs: number): Promise<readonly Placed[]> => {
    // A guest signs in once.
    const guests = await guestsOf(agora.gateway, 2);
    const everybody = [...buyers, ...guests.map(({ guest }) => guest)];
    const placed = await placeAll(everybody, ['tok_approve', 'tok_approve', 'tok_decline']);
    const signingIn = guests.map(({ guest, account }) => signInWhatever(agora.gateway, guest, account));
    await new Promise((resolve) => setTimeout(resolve, momentMs));
    await agora.kill(victim);
    await agora.restart(victim);
    const users = await Promise.all(signingIn);
    return placed.map((order, n) => ({ ...order, buyer: users[n - buyers.length] ?? order.buyer }));
  };

  test.each(Object.keys(victims) as (keyof typeof victims)[])(
    'kill -9 of %s: every order reaches its end, once',
    async (victim) => {
      for (const momentMs of victims[victim]) await ordersEnd(await killedAfter(victim, momentMs));
      await expectCleanAudit(agora.databaseUrls);
    },
  );

  test('kill -9 of all subgraphs at once', async () => {
    const placed = await placeAll(buyers, ['tok_approve']);
    const subgraphs = ['payment', 'order', 'product'] as const;
    await Promise.all(subgraphs.map((name) => agora.kill(name)));
    await Promise.all(subgraphs.map((name) => agora.restart(name)));
    await ordersEnd(placed);
    await expectCleanAudit(agora.databaseUrls);
  });

  test('an order survives an outage of payment, and the rest of the shop keeps working', async () => {
    await agora.kill('payment');
    const placed = await placeAll(buyers, ['tok_approve']);
    const another = await newShopper(agora.gateway);
    expect((await another.client.send('{ products(first: 1) { edges { node { slug } } } }')).errors).toEqual([]);
    await agora.restart('payment');
    await ordersEnd(placed);
    await expectCleanAudit(agora.databaseUrls);
  });
};
