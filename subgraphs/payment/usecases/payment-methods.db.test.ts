import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GuestId, newId, type PaymentMethodId, type UserId } from '#contracts/ids.ts';
import { UserClosed } from '#contracts/messages/user.ts';
import { aMessageOf } from '#kit/messaging/messages.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage } from '#kit/payment/builders.ts';
import { keepsNothing, providerFrom, providerModel } from '#kit/payment/provider-model.ts';
import type { PaymentProvider } from './provider.ts';

/** A provider's wallet: what is attached to whom. It answers only when it is not `isOut`. */
const wallet = () => {
  const attached = new Map<string, string>();
  const calls: string[] = [];
  const it = { isOut: false, attached, calls, losesAnswers: false };
  const answering = async <A>(work: () => A): Promise<A> => {
    if (it.isOut) throw new Error('connection refused');
    const answer = work();
    if (it.losesAnswers) throw new Error('connection reset');
    return answer;
  };
  const model = providerModel({ onAuthorize: 'approve', settles: true, refusesCapture: false, refusesUndo: 0 });
  const provider: PaymentProvider = {
    ...providerFrom(model, async () => 'arrives'),
    ...keepsNothing,
    saveMethod: ({ customerId, customerReference, token }, { key }) =>
      answering(() => {
        calls.push(`save ${key}`);
        if (token === 'tok_bad')
          return { kind: 'methodRefused', reason: 'EXPIRED_CARD', message: 'The card has expired.' };
        const customer = customerReference ?? `cus_${customerId}_${key}`;
        attached.set(`pm_${token}`, customer);
        return {
          ...{ kind: 'methodSaved', reference: `pm_${token}`, customerReference: customer },
          ...{ brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2034 },
        };
      }),
    removeMethod: ({ reference }, { key }) =>
      answering(() => {
        calls.push(`remove ${key}`);
        attached.delete(reference);
      }),
  };
  return { provider, it };
};

const { provider, it: bank } = wallet();
let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp({ provider });
});
afterAll(() => kit[Symbol.asyncDispose]());

const aToken = () => `tok_${crypto.randomUUID()}`;
const save = (customerId: UserId, token = aToken(), idempotencyKey: string | undefined = undefined) =>
  kit.app.commands.savePaymentMethod({ customerId, token, idempotencyKey });
const remove = (
  customerId: UserId,
  id: Parameters<typeof kit.app.commands.removePaymentMethod>[0]['paymentMethodId'],
) => kit.app.commands.removePaymentMethod({ customerId, paymentMethodId: id, idempotencyKey: undefined });
const mine = (customerId: UserId) => kit.app.reads.paymentMethodsOf([customerId]);
const saved = async (customerId: UserId, token = aToken()) => {
  const result = await save(customerId, token);
  if (!result.ok) throw new Error(result.failure.kind);
  return result.value;
};

describe('saving a method', () => {
  test('keeps the token of the provider and forgets the one it was saved with', async () => {
    const ada = newId('User');
    const id = await saved(ada, 'tok_of_ada');
    expect(await mine(ada)).toMatchObject([{ id, brand: 'visa', last4: '4242', reference: 'pm_tok_of_ada' }]);
    const row = await kit.prisma.paymentMethod.findUniqueOrThrow({ where: { id } });
    expect(row).toMatchObject({ secret: null, nextTryAt: null, tries: 0 });
  });

  test('uses one customer of the provider for all of a user', async () => {
    const ada = newId('User');
    await saved(ada);
    await saved(ada);
    const references = (await mine(ada)).map(({ customerReference }) => customerReference);
    expect(new Set(references).size).toBe(1);
  });

  test('again, concurrently, with the same key is one method; with another token it is a conflict', async () => {
    const [ada, token] = [newId('User'), aToken()];
    const results = await Promise.all(Array.from({ length: 5 }, () => save(ada, token, 'a key')));
    expect(new Set(results.map((it) => JSON.stringify(it))).size).toBe(1);
    expect(await mine(ada)).toHaveLength(1);
    expect(await save(ada, aToken(), 'a key')).toMatchObject({ failure: { kind: 'IdempotencyConflict' } });
  });

  test('again without a key gives one entry for the same card', async () => {
    const [ada, token] = [newId('User'), aToken()];
    await saved(ada, token);
    const second = await saved(ada, token);
    expect((await mine(ada)).map(({ id }) => id)).toEqual([second]);
  });

  test('that the provider refuses is a failure, also for a retry', async () => {
    const ada = newId('User');
    const refused = {
      failure: { kind: 'PaymentMethodRefused', reason: 'EXPIRED_CARD', message: 'The card has expired.' },
    };
    for (let time = 1; time <= 2; time++) expect(await save(ada, 'tok_bad', 'a key')).toMatchObject(refused);
    expect(await mine(ada)).toEqual([]);
  });

  test.each(['isOut', 'losesAnswers'] as const)('goes on by itself when the provider %s', async (fault) => {
    const [ada, token] = [newId('User'), aToken()];
    bank[fault] = true;
    const begun = await save(ada, token, 'a key');
    expect(begun).toMatchObject({ ok: true });
    expect(await mine(ada)).toEqual([]);
    bank[fault] = false;
    kit.advance(60_000);
    await kit.app.sweeps.paymentMethods();
    expect(await mine(ada)).toHaveLength(1);
    expect(await save(ada, token, 'a key')).toEqual(begun);
  });

  test('ends at twenty, also concurrently', async () => {
    const ada = newId('User');
    const results = await Promise.all(Array.from({ length: 25 }, () => save(ada)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(20);
    expect(results.find(({ ok }) => !ok)).toMatchObject({
      failure: { kind: 'TooManyPaymentMethods', maximumPaymentMethods: 20 },
    });
  });
});

describe('removing a method', () => {
  test('takes it from the customer and from the provider', async () => {
    const ada = newId('User');
    const id = await saved(ada, 'tok_removed');
    expect(bank.attached.has('pm_tok_removed')).toBe(true);
    expect(await remove(ada, id)).toEqual({ ok: true, value: id });
    expect(await mine(ada)).toEqual([]);
    expect(bank.attached.has('pm_tok_removed')).toBe(false);
    expect(await kit.prisma.paymentMethod.count({ where: { id } })).toBe(0);
  });

  test('hides it at once while the provider is out, and lets it go later', async () => {
    const ada = newId('User');
    const id = await saved(ada, 'tok_removed_later');
    bank.isOut = true;
    expect(await remove(ada, id)).toEqual({ ok: true, value: id });
    expect(await mine(ada)).toEqual([]);
    expect(bank.attached.has('pm_tok_removed_later')).toBe(true);
    bank.isOut = false;
    kit.advance(60_000);
    await kit.app.sweeps.paymentMethods();
    expect(bank.attached.has('pm_tok_removed_later')).toBe(false);
  });

  test('is for its owner: another’s and a removed one are not found', async () => {
    const [ada, eve] = [newId('User'), newId('User')];
    const id = await saved(ada);
    await expect(remove(eve, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await mine(ada)).toHaveLength(1);
    await remove(ada, id);
    await expect(remove(ada, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('paying with a method on file', () => {
  const pay = async (customerId: UserId | GuestId, savedPaymentMethodId: PaymentMethodId, on = kit) => {
    const attempt = anAttempt();
    const message = authorizeMessage(attempt, { customerId, savedPaymentMethodId, paymentMethodToken: undefined });
    await on.app.commands.authorizePayment(message);
    return { attempt, replies: await on.replies(attempt) };
  };
  const notOnFile = { type: 'payment.declined', data: { reason: 'INVALID_METHOD', message: expect.any(String) } };

  test('holds the amount on it, and forgets the reference with the outcome', async () => {
    await using simulated = await paymentTestApp();
    const ada = newId('User');
    const asked = { customerId: ada, token: 'tok_approve', idempotencyKey: undefined };
    const result = await simulated.app.commands.savePaymentMethod(asked);
    if (!result.ok) throw new Error(result.failure.kind);
    const { attempt, replies } = await pay(ada, result.value, simulated);
    expect(replies).toMatchObject([{ type: 'payment.authorized', data: { amount: { amount: 5_000 } } }]);
    expect(await simulated.effects(attempt)).toEqual(['AUTHORIZATION 5000']);
    expect(await simulated.prisma.operation.findMany({ select: { secret: true } })).toEqual([{ secret: null }]);
  });

  test('never works with another customer’s, a removed one, or none: declined without asking the provider', async () => {
    const [ada, eve] = [newId('User'), newId('User')];
    const [id, removed] = [await saved(ada), await saved(ada)];
    await remove(ada, removed);
    for (const [customer, method] of [
      [eve, id],
      [newId('Guest'), id],
      [ada, removed],
      [ada, newId('PaymentMethod')],
    ] as const)
      expect((await pay(customer, method)).replies).toMatchObject([notOnFile]);
    expect(await kit.prisma.operation.count()).toBe(0);
  });

  test('never works while it is being saved, or was refused', async () => {
    const ada = newId('User');
    bank.isOut = true;
    const begun = await save(ada);
    bank.isOut = false;
    if (!begun.ok) throw new Error(begun.failure.kind);
    expect((await pay(ada, begun.value)).replies).toMatchObject([notOnFile]);
  });
});

test('nothing of a closed account stays with the provider, not even what was just being saved', async () => {
  const [ada, other] = [newId('User'), newId('User')];
  await saved(ada, 'tok_closed_1');
  await saved(other, 'tok_of_other');
  bank.isOut = true;
  await save(ada, 'tok_closed_2');
  bank.isOut = false;
  await kit.app.commands.forgetClosedUser(aMessageOf(UserClosed, { userId: ada }));
  expect(await mine(ada)).toEqual([]);
  for (let round = 1; round <= 2; round++) {
    kit.advance(60_000);
    await kit.app.sweeps.paymentMethods();
  }
  expect(bank.calls.some((call) => call.startsWith('save'))).toBe(true);
  expect([bank.attached.has('pm_tok_closed_1'), bank.attached.has('pm_tok_closed_2')]).toEqual([false, false]);
  expect(await kit.prisma.paymentMethod.count({ where: { customerId: ada } })).toBe(0);
  expect(await mine(other)).toHaveLength(1);
});
