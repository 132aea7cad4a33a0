/** Many of Stripe's objects at once, from its lists: unlike its search, they do not lag behind. */
import type Stripe from 'stripe';
import type { ListedPayment, ProviderState } from '../../domain/provider-results.ts';
import { answered } from './call.ts';
import { type Api, expand, retrieve } from './settlement.ts';
import { isOurCurrency, listedOf, stateOf } from './state.ts';

export interface Window {
  readonly since: Date;
  readonly until: Date;
}

// 100: Stripe's largest page.
const limit = 100;

interface Page<T> {
  readonly data: T[];
  readonly has_more: boolean;
}

/** All pages of a list, newest first. */
async function* all<T extends { readonly id: string }>(
  signal: AbortSignal,
  pageAfter: (starting_after: { starting_after?: string }) => Promise<Page<T>>,
): AsyncGenerator<T> {
  let last: string | undefined;
  do {
    const page = await answered(signal, () => pageAfter(last === undefined ? {} : { starting_after: last }));
    yield* page.data;
    last = page.has_more ? page.data.at(-1)?.id : undefined;
  } while (last !== undefined);
}

const createdIn = ({ since, until }: Window) => {
  const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);
  return { gte: seconds(since), lte: seconds(until) };
};

export const intentsOf = ({ stripe }: Api, window: Window, signal: AbortSignal): AsyncGenerator<Stripe.PaymentIntent> =>
  all(signal, (after) =>
    stripe.paymentIntents.list({
      ...after,
      created: createdIn(window),
      limit,
      expand: expand.map((it) => `data.${it}`),
    }),
  );

/** What was begun in this time; then what was begun before, and refunded or disputed in it. */
export async function* listed(api: Api, window: Window, signal: AbortSignal): AsyncGenerator<ListedPayment> {
  for await (const intent of intentsOf(api, window, signal)) if (isOurCurrency(intent)) yield listedOf(intent);
  const { refunds, disputes } = api.stripe;
  const created = createdIn(window);
  const told = new Set<string>();
  for (const pageAfter of [
    (after: { starting_after?: string }): Promise<Page<Stripe.Refund | Stripe.Dispute>> =>
      refunds.list({ ...after, created, limit }),
    (after: { starting_after?: string }): Promise<Page<Stripe.Refund | Stripe.Dispute>> =>
      disputes.list({ ...after, created, limit }),
  ])
    for await (const { payment_intent } of all(signal, pageAfter)) {
      const id = typeof payment_intent === 'string' ? payment_intent : payment_intent?.id;
      if (id === undefined || told.has(id)) continue;
      told.add(id);
      const intent = await retrieve(api, id, signal);
      if (intent.created < created.gte && isOurCurrency(intent)) yield listedOf(intent);
    }
}

/** Refunds and disputes are asked for only where money was captured. */
export const wholeState = async (
  { stripe }: Api,
  intent: Stripe.PaymentIntent,
  signal: AbortSignal,
): Promise<ProviderState> => {
  if (intent.amount_received === 0) return stateOf(intent, [], []);
  const of = { payment_intent: intent.id, limit };
  const [refunds, disputes] = await Promise.all([
    answered(signal, () => stripe.refunds.list(of)),
    answered(signal, () => stripe.disputes.list(of)),
  ]);
  return stateOf(intent, refunds.data, disputes.data);
};
