/**
 * What came of a call whose answer never arrived, read from all that the provider knows of the payment. Asked where the same key
 * would not do: the provider may have forgotten it, and would charge again, or replays a fault that it has stored.
 */
import { subtract } from '#contracts/money.ts';
import type { Operation } from './operation.ts';
import { inCurrencyOf } from './payment.ts';
import type { OperationKind } from './payment-states.ts';
import type { ProviderResult, ProviderState } from './provider-results.ts';

/** `notDone`: it had no effect, so that it can be made again with a new key. `pending`: it is under way, and is looked at again. */
export type Outcome = ProviderResult | 'notDone' | 'pending';

/** `state` is undefined when the provider has no payment of this attempt. */
export const outcomeOf = (operation: Operation, state: ProviderState | undefined): Outcome =>
  state ? outcomes[operation.kind](operation, state) : 'notDone';

const outcomes: Record<OperationKind, (operation: Operation, state: ProviderState) => Outcome> = {
  AUTHORIZE: (_, { authorization }) => authorization,
  CONFIRM: (_, { authorization }) => (authorization.kind === 'actionRequired' ? 'notDone' : authorization),
  CAPTURE: ({ payment }, { captured, held }) => {
    const more = subtract(captured, inCurrencyOf(payment, payment.captured));
    if (more.amount > 0) return { kind: 'captured', amount: more, held };
    return held.amount > 0 ? 'notDone' : { kind: 'captureRefused', reason: 'Nothing is held any more.' };
  },
  VOID: ({ payment }, { authorization, captured, held, end }) => {
    if (end === 'EXPIRED') return { kind: 'voided', released: null, hasExpired: true };
    if (captured.amount > payment.captured) return { kind: 'voidRefused', reason: 'It is captured.', held: captured };
    // What is captured in part stays approved when its rest is let go.
    const isOpen = end === null && authorization.kind !== 'declined' && payment.captured === 0;
    if (held.amount > 0 || isOpen) return 'notDone';
    const released = payment.authorized - payment.captured;
    return { kind: 'voided', released: released > 0 ? inCurrencyOf(payment, released) : null };
  },
  REFUND: ({ key }, { refunds }) => {
    const made = refunds.find(({ operationKey }) => isSameCall(key, operationKey));
    if (!made) return 'notDone';
    if (made.state === 'PENDING') return 'pending';
    return made.state === 'SUCCEEDED'
      ? { kind: 'refunded', amount: made.amount }
      : { kind: 'refundRefused', reason: 'It failed.' };
  },
};

/** `<key>~2`, then `<key>~3`: the same call, under a key that the provider has not seen. */
export const nextKey = (key: string): string => {
  const [base, generation = '1'] = key.split('~');
  return `${base}~${Number(generation) + 1}`;
};

/** Whether a key at the provider is of our call, under this or another of its keys. */
export const isSameCall = (key: string, seen: string | null): boolean => seen !== null && baseOf(seen) === baseOf(key);

const baseOf = (key: string): string => key.split('~')[0] as string;
