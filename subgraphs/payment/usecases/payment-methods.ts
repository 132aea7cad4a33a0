/** Payment methods on file. As with payments: recorded, then asked of the provider, then recorded again. */
import type { MessageOf } from '#contracts/envelope.ts';
import type { GuestId, PaymentMethodId, UserId } from '#contracts/ids.ts';
import type { UserClosed } from '#contracts/messages/user.ts';
import { CallerFault, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import {
  type PaymentMethodRefused,
  paymentMethodRefused,
  type TooManyPaymentMethods,
  tooManyPaymentMethods,
} from '../domain/failures.ts';
import { leaseEnd, nextTryAt } from '../domain/operation.ts';
import { isUsable, methodKey, mostPaymentMethods, type PaymentMethod } from '../domain/payment-method.ts';
import { beginRequest } from './merge-guest.ts';
import type { Deps } from './ports.ts';
import { allOf, providerOf } from './run-operation.ts';

interface AskingUser {
  readonly customerId: UserId;
  readonly mergedGuestId?: GuestId | undefined;
  readonly idempotencyKey: string | undefined;
}

export interface SavePaymentMethod extends AskingUser {
  readonly token: string;
}

export type SavePaymentMethodFailure = PaymentMethodRefused | TooManyPaymentMethods | IdempotencyConflict;

/**
 * Has the provider keep a method for the user. Succeeds too when there is no answer: the sweep goes on asking, and the method is
 * listed once there is one.
 */
export const savePaymentMethod =
  (deps: Deps) =>
  async (command: SavePaymentMethod): Promise<Result<PaymentMethodId, SavePaymentMethodFailure>> => {
    const { customerId, idempotencyKey: key, token } = command;
    const request = { actor: customerId, operation: 'savePaymentMethod', key, input: { token } };
    const begun = await deps.transaction(async (stores) => {
      await beginRequest(stores, command);
      return stores.idempotency.once<PaymentMethodId, TooManyPaymentMethods>(request, async () => {
        const { methods, now } = stores;
        if ((await methods.lockAllOf(customerId)).length >= mostPaymentMethods) return fail(tooManyPaymentMethods);
        const id = deps.newId('PaymentMethod');
        await methods.begin({ id, customerId, provider: deps.provider.name, secret: token }, now, lease(deps, now));
        return ok(id);
      });
    });
    if (!begun.ok) return begun;
    const [method] = await deps.reads.paymentMethodsById([begun.value]);
    const known = method?.state === 'SAVING' ? await save(deps, method).catch(() => undefined) : method;
    return known?.state === 'REFUSED' ? fail(paymentMethodRefused(known)) : begun;
  };

export interface RemovePaymentMethod extends AskingUser {
  readonly paymentMethodId: PaymentMethodId;
}

/** Removes a method: nothing can be paid with it from now on, whenever the provider lets it go. Another's is NOT_FOUND. */
export const removePaymentMethod =
  (deps: Deps) =>
  async (command: RemovePaymentMethod): Promise<Result<PaymentMethodId, IdempotencyConflict>> => {
    const { customerId, idempotencyKey: key, paymentMethodId: id } = command;
    const request = { actor: customerId, operation: 'removePaymentMethod', key, input: { paymentMethodId: id } };
    const { result, removed } = await deps.transaction(async (stores) => {
      await beginRequest(stores, command);
      const { methods, now } = stores;
      let removed: PaymentMethod | undefined;
      const result = await stores.idempotency.once<PaymentMethodId, never>(request, async () => {
        const method = (await methods.lockAllOf(customerId)).find((it) => it.id === id && isUsable(it));
        if (!method) throw new CallerFault('NOT_FOUND', 'There is no such payment method.');
        await methods.markRemoved([id], now, lease(deps, now));
        removed = method;
        return ok(id);
      });
      return { result, removed };
    });
    // Removed for the customer, whatever the provider answers: the sweep goes on asking.
    if (removed) await finish(deps, removed).catch(() => undefined);
    return result;
  };

/** Nothing of a closed account stays with a provider. */
export const forgetClosedUser =
  (deps: Deps) =>
  async (message: MessageOf<typeof UserClosed>): Promise<void> => {
    await deps.receive(message, async ({ methods, now }) => {
      const all = await methods.lockAllOf(message.data.userId);
      // Due at once: the sweep asks the provider, which may take its time.
      await methods.markRemoved(
        all.map(({ id }) => id),
        now,
        now,
      );
    });
  };

// 20 at once: see sweepOperations.
const batch = 20;

/** Saves and removes what has had no answer yet, and deletes refusals that nobody asks about any more. Safe to run in many processes. */
export const sweepPaymentMethods = (deps: Deps) => async (): Promise<void> => {
  const now = await deps.now();
  const due = await deps.methodWork.claimMethods(batch, now, lease(deps, now));
  await allOf(due.map((method) => finish(deps, method)));
};

const lease = ({ providerTimeoutMs }: Deps, now: Date): Date => leaseEnd(now, providerTimeoutMs);

const finish = async (deps: Deps, method: PaymentMethod): Promise<void> => {
  try {
    if (method.state === 'SAVING') await save(deps, method);
    // An active one is due only when it was removed.
    else if (method.state === 'ACTIVE') await detach(deps, method);
    else await deps.transaction(({ methods }) => methods.delete(method.id));
  } catch (error) {
    await deps.methodWork.postponeMethod(method.id, nextTryAt(await deps.now(), method.tries));
    throw error;
  }
};

const call = (deps: Deps, method: PaymentMethod, kind: 'save' | 'remove') => ({
  key: methodKey(method, kind),
  signal: AbortSignal.timeout(deps.providerTimeoutMs),
});

/** Asks the provider to keep it, and records the answer. Returns it as it is then; undefined if it was removed meanwhile. */
const save = async (deps: Deps, method: PaymentMethod): Promise<PaymentMethod | undefined> => {
  const { id, customerId, secret } = method;
  if (secret === null) throw new Error(`payment method ${id} has no token to be saved with`);
  const provider = providerOf(deps, method);
  const customerReference = await deps.reads.customerReference(customerId, method.provider);
  const result = await provider.saveMethod(
    { customerId, customerReference, token: secret },
    call(deps, method, 'save'),
  );
  return deps.transaction(async ({ methods, now }) => {
    const current = (await methods.lockAllOf(customerId, 'WITH_REMOVED')).find((it) => it.id === id);
    // Two processes may have asked: both have the same answer, and the first to record it wins.
    if (current?.state !== 'SAVING') return current;
    return methods.end(current, result, now);
  });
};

const detach = async (deps: Deps, method: PaymentMethod): Promise<void> => {
  const { id, reference, customerReference } = method;
  if (reference === null) throw new Error(`payment method ${id} has no reference to be removed by`);
  await providerOf(deps, method).removeMethod({ reference, customerReference }, call(deps, method, 'remove'));
  await deps.transaction(({ methods }) => methods.delete(id));
};
