/**
 * A payment provider reduced to what matters: what it is asked to do it does once per key, and it counts what happened
 * to money. Synchronous, so that a test can put every step of a call where it likes.
 */
import { money } from '#contracts/money.ts';
import type { Operation } from '#subgraphs/payment/domain/operation.ts';
import {
  type AuthorizationResult,
  type ProviderDispute,
  ProviderFault,
  type ProviderRefund,
  type ProviderResult,
  type ProviderState,
} from '#subgraphs/payment/domain/provider-results.ts';
import type { PaymentProvider, ProviderCall } from '#subgraphs/payment/usecases/provider.ts';

/** What this provider's bank is like. */
export interface BankBehaviour {
  readonly onAuthorize: 'approve' | 'decline' | 'requireAction' | 'process';
  /** Whether the customer passes the extra step, or the pending payment comes through. */
  readonly settles: boolean;
  readonly refusesCapture: boolean;
  /** How many voids and refunds it refuses before it gives in. */
  readonly refusesUndo: number;
}

/** What happens there without a call of ours, where it can happen; tells whether it did. */
export interface ByItself {
  expire(): boolean;
  refund(asked: number): boolean;
  dispute(asked: number): boolean;
  closeDispute(which: number, state: 'WON' | 'LOST'): boolean;
  failRefund(reference: string): boolean;
}

interface Held {
  status: 'processing' | 'requiresAction' | 'held' | 'declined' | 'captured' | 'cancelled';
  captured: number;
  refunded: number;
  hasExpired?: boolean;
}

export interface ProviderModel {
  /** Does what the operation asks, once per key, and answers. */
  perform(operation: Operation): ProviderResult;
  /** The outside world goes on: the customer takes the step, the pending payment settles. */
  settle(): void;
  look(): AuthorizationResult;
  /** It no longer knows what it was asked to do. */
  forgetKeys(): void;
  /** All that it knows; undefined before it was asked for anything. */
  state(): ProviderState | undefined;
  readonly byItself: ByItself;
  /** `KIND amount`, in order. */
  readonly effects: string[];
  /** What of the customer's money is held or taken right now. */
  inHand(): number;
}

export const providerModel = (temper: BankBehaviour, amount = money(5_000, 'EUR')): ProviderModel => {
  const reference = `model_${crypto.randomUUID()}`;
  const answers = new Map<string, ProviderResult>();
  const effects: string[] = [];
  const refunds: ProviderRefund[] = [];
  const disputes: ProviderDispute[] = [];
  let refusalsLeft = temper.refusesUndo;
  let it: Held | undefined;

  const known = (): Held => {
    if (!it) throw new Error('the provider was asked about a payment that it was never told of');
    return it;
  };
  const heldOf = ({ status, captured }: Held): number => (status === 'held' ? amount.amount - captured : 0);
  const hold = (payment: Held): void => {
    payment.status = 'held';
    effects.push(`AUTHORIZATION ${amount.amount}`);
  };
  const look = (): AuthorizationResult => {
    const { status } = known();
    if (status === 'processing') return { kind: 'processing', reference };
    if (status === 'requiresAction') return { kind: 'actionRequired', reference, actionUrl: null };
    if (status === 'held' || status === 'captured') return { kind: 'approved', reference, held: amount };
    return { kind: 'declined', reference, reason: 'CARD_DECLINED', message: 'No.' };
  };
  const settle = (): void => {
    if (it?.status !== 'processing' && it?.status !== 'requiresAction') return;
    if (temper.settles) hold(it);
    else it.status = 'declined';
  };
  const disputed = (): number =>
    disputes.reduce((sum, dispute) => sum + (dispute.state === 'WON' ? 0 : dispute.amount.amount), 0);
  const refundable = ({ captured, refunded }: Held): number => captured - refunded - disputed();
  const give = (payment: Held, asked: number, operationKey: string | null): void => {
    payment.refunded += asked;
    const reference = `re_${refunds.length}`;
    refunds.push({ reference, operationKey, amount: { ...amount, amount: asked }, state: 'SUCCEEDED' });
    effects.push(`REFUND ${asked}`);
  };
  const byItself: ByItself = {
    expire: () => {
      // What is captured in part is held for as long as the model lives.
      if (it?.status !== 'held' || it.captured > 0) return false;
      Object.assign(it, { status: 'cancelled', hasExpired: true });
      return effects.push(`EXPIRY ${amount.amount}`) > 0;
    },
    refund: (asked) => {
      if (!it || asked > refundable(it)) return false;
      give(it, asked, null);
      return true;
    },
    dispute: (asked) => {
      if (!it || asked > it.captured - disputed()) return false;
      disputes.push({
        ...{ reference: `du_${disputes.length}`, amount: { ...amount, amount: asked }, state: 'OPEN' },
        ...{ reason: 'fraudulent', respondBy: null },
      });
      return effects.push(`DISPUTE ${asked}`) > 0;
    },
    closeDispute: (which, state) => {
      const open = disputes[which];
      if (open?.state !== 'OPEN') return false;
      disputes[which] = { ...open, state };
      if (state === 'WON') effects.push(`DISPUTE_REVERSAL ${open.amount.amount}`);
      return true;
    },
    failRefund: (reference) => {
      const at = refunds.findIndex((refund) => refund.reference === reference && refund.state === 'SUCCEEDED');
      const made = refunds[at];
      if (!it || !made) return false;
      refunds[at] = { ...made, state: 'FAILED' };
      it.refunded -= made.amount.amount;
      return effects.push(`REFUND_REVERSAL ${made.amount.amount}`) > 0;
    },
  };
  const refusesToUndo = (): boolean => refusalsLeft-- > 0;

  const work: Record<Operation['kind'], (asked: number, key: string, isFinal: boolean) => ProviderResult> = {
    AUTHORIZE: () => {
      if (it) throw new Error('authorized twice');
      const first = {
        approve: 'held',
        decline: 'declined',
        requireAction: 'requiresAction',
        process: 'processing',
      } as const;
      it = { status: first[temper.onAuthorize], captured: 0, refunded: 0 };
      if (it.status === 'held') hold(it);
      return look();
    },
    CONFIRM: () => {
      if (known().status === 'requiresAction') settle();
      return look();
    },
    CAPTURE: (asked, _, isFinal) => {
      const payment = known();
      if (temper.refusesCapture || payment.status !== 'held' || asked > heldOf(payment))
        return { kind: 'captureRefused', reason: 'No.' };
      payment.captured += asked;
      effects.push(`CAPTURE ${asked}`);
      const rest = heldOf(payment);
      if (isFinal && rest > 0) effects.push(`VOID ${rest}`);
      if (isFinal || rest === 0) payment.status = 'captured';
      return { kind: 'captured', amount: { ...amount, amount: asked }, held: { ...amount, amount: heldOf(payment) } };
    },
    VOID: () => {
      const payment = known();
      const isHeld = payment.status === 'held';
      if (payment.status === 'captured' || (isHeld && refusesToUndo()))
        return { kind: 'voidRefused', reason: 'No.', held: amount };
      const released = heldOf(payment);
      payment.status = payment.captured > 0 ? 'captured' : 'cancelled';
      if (isHeld) effects.push(`VOID ${released}`);
      const { hasExpired } = payment;
      return {
        kind: 'voided',
        released: isHeld ? { ...amount, amount: released } : null,
        ...(hasExpired && { hasExpired }),
      };
    },
    REFUND: (asked, key) => {
      const payment = known();
      if (asked > refundable(payment) || refusesToUndo()) return { kind: 'refundRefused', reason: 'No.' };
      give(payment, asked, key);
      return { kind: 'refunded', amount: { ...amount, amount: asked } };
    },
  };

  return {
    perform: ({ key, kind, amount: asked, isFinal = true }) => {
      const answer = answers.get(key) ?? work[kind](asked?.amount ?? 0, key, isFinal);
      answers.set(key, answer);
      return answer;
    },
    ...{ settle, look, effects, byItself },
    forgetKeys: () => answers.clear(),
    state: () =>
      it && {
        ...{
          reference,
          attemptId: null,
          orderId: null,
          createdAt: new Date(0),
          amount,
          end: it.status === 'cancelled' ? (it.hasExpired ? 'EXPIRED' : 'CANCELLED') : null,
          disputes: [...disputes],
          refunds: [...refunds],
        },
        authorization: look(),
        held: { ...amount, amount: heldOf(it) },
        captured: { ...amount, amount: it.captured },
      },
    inHand: () => {
      if (!it) return 0;
      return heldOf(it) + it.captured - it.refunded;
    },
  };
};

/** What happens to a call on its way: an error before the effect, or after it. */
export type Fate = 'arrives' | 'request lost' | 'answer lost' | 'fault before' | 'fault after';

// 23 h, as Stripe's adapter says.
export const keepsKeysForMs = 23 * 60 * 60 * 1_000;

/** For a provider that is not asked to keep payment methods, and whose calls are not looked up. */
export const keepsNothing: Pick<
  PaymentProvider,
  'saveMethod' | 'removeMethod' | 'keepsKeysForMs' | 'state' | 'find' | 'capturesInParts'
> = {
  capturesInParts: false,
  keepsKeysForMs,
  state: () => Promise.reject(new Error('this provider is not to be asked')),
  find: () => Promise.reject(new Error('this provider is not to be asked')),
  saveMethod: () => Promise.reject(new Error('this provider keeps no payment methods')),
  removeMethod: () => Promise.reject(new Error('this provider keeps no payment methods')),
};

/** The model behind the port. `fate` is asked once per call. */
export const providerFrom = (model: ProviderModel, fate: () => Promise<Fate>): PaymentProvider => {
  // Faults that it answers to the same key again.
  const stored = new Set<string>();
  const ask = async <A>(kind: Operation['kind'], { key }: ProviderCall, request: object): Promise<A> => {
    const what = await fate();
    const fault = new ProviderFault('500', { next: 'findFirst' });
    if (stored.has(key)) throw fault;
    if (what === 'request lost') throw new Error('connection refused');
    if (what === 'fault before' || what === 'fault after') stored.add(key);
    if (what === 'fault before') throw fault;
    const answer = model.perform({ key, kind, ...request } as Operation) as A;
    if (what === 'fault after') throw fault;
    if (what === 'answer lost') throw new Error('connection reset');
    return answer;
  };
  const known = async (): Promise<ProviderState | undefined> => {
    if ((await fate()) !== 'arrives') throw new Error('connection reset');
    return model.state();
  };
  return {
    name: 'model',
    ...keepsNothing,
    state: async () => {
      const state = await known();
      if (!state) throw new Error('the model knows of no payment');
      return state;
    },
    find: known,
    authorize: (request, call) => ask('AUTHORIZE', call, request),
    confirm: (request, call) => ask('CONFIRM', call, request),
    capture: (request, call) => ask('CAPTURE', call, request),
    void: (request, call) => ask('VOID', call, request),
    refund: (request, call) => ask('REFUND', call, request),
    lookup: async () => {
      if ((await fate()) !== 'arrives') throw new Error('connection reset');
      return model.look();
    },
  };
};
