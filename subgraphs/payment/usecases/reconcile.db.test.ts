/** The books beside the provider's, when webhooks were lost, when somebody used the provider's dashboard, and when the books are older. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, captureMessage, refundMessage } from '#kit/payment/builders.ts';
import type { Attempt } from '../domain/payment.ts';
import type { Difference } from '../domain/reconcile.ts';
import type { Reconciliation } from './reconcile.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const euros = (amount: number) => money(amount, 'EUR');
const atSimulator = (path: string, body?: Record<string, string>) => kit.simulator.post(path, body);

type Paid = Attempt & { readonly reference: string };

const authorized = async (token = 'tok_approve'): Promise<Paid> => {
  const attempt = anAttempt();
  await kit.app.commands.authorizePayment(authorizeMessage(attempt, { paymentMethodToken: token }));
  return { ...attempt, reference: (await kit.payment(attempt)).reference ?? '' };
};
const captured = async (): Promise<Paid> => {
  const attempt = await authorized();
  await kit.app.commands.capturePayment(captureMessage(attempt));
  return attempt;
};

/** Of the last hour, or another window. */
const reconcile = async (
  mode: Reconciliation['mode'],
  window: Partial<Pick<Reconciliation, 'since' | 'until'>> = {},
) => {
  const found: Difference[] = [];
  const now = Date.now();
  const counts = await kit.app.commands.reconcile({
    ...{ provider: 'simulator', since: new Date(now - 3_600_000), until: new Date(now + 60_000), ...window },
    ...{ mode, signal: AbortSignal.timeout(20_000), onDifference: (difference: Difference) => found.push(difference) },
  });
  const about = ({ reference }: Paid) => found.find((difference) => difference.reference === reference);
  return { ...counts, about, found };
};

const agrees = async (attempt: Attempt) =>
  expect((await kit.ledger(attempt)).toSorted()).toEqual((await kit.effects(attempt)).toSorted());

/** As a backup from before the attempt has it: nothing of it is there. */
const forget = async ({ attemptId }: Attempt) => {
  const of = { payment: { attemptId } };
  await kit.prisma.$transaction(async (tx) => {
    await tx.$executeRawUnsafe('ALTER TABLE ledger_entry DISABLE TRIGGER USER');
    await tx.ledgerEntry.deleteMany({ where: of });
    await tx.operation.deleteMany({ where: of });
    await tx.refund.deleteMany({ where: of });
    await tx.payment.deleteMany({ where: { attemptId } });
    await tx.$executeRawUnsafe('ALTER TABLE ledger_entry ENABLE TRIGGER USER');
  });
};

describe('a payment that both know', () => {
  const byHand: readonly (readonly [string, () => Promise<Paid>, string, object])[] = [
    [
      'a hold that expired',
      async () => {
        const attempt = await authorized();
        await atSimulator(`test_helpers/payment_intents/${attempt.reference}/expire`);
        return attempt;
      },
      'VOIDED',
      { here: { held: 5_000 }, there: { held: 0 } },
    ],
    [
      'a void by hand',
      async () => {
        const attempt = await authorized();
        await atSimulator(`payment_intents/${attempt.reference}/cancel`);
        return attempt;
      },
      'VOIDED',
      { here: { held: 5_000 }, there: { held: 0 } },
    ],
    [
      'a capture by hand',
      async () => {
        const attempt = await authorized();
        await atSimulator(`payment_intents/${attempt.reference}/capture`);
        return attempt;
      },
      'CAPTURED',
      { here: { held: 5_000, captured: 0 }, there: { held: 0, captured: 5_000 } },
    ],
    [
      'a capture of less by hand',
      async () => {
        const attempt = await authorized();
        await atSimulator(`payment_intents/${attempt.reference}/capture`, { amount_to_capture: '3000' });
        return attempt;
      },
      'CAPTURED',
      { here: { held: 5_000, captured: 0 }, there: { held: 0, captured: 3_000 } },
    ],
    [
      'a refund by hand',
      async () => {
        const attempt = await captured();
        await atSimulator('refunds', { payment_intent: attempt.reference, amount: '1200' });
        return attempt;
      },
      'CAPTURED',
      { here: { refunded: 0 }, there: { refunded: 1_200 } },
    ],
    [
      'a dispute',
      async () => {
        const attempt = await captured();
        await atSimulator(`test_helpers/payment_intents/${attempt.reference}/dispute`, { amount: '800' });
        return attempt;
      },
      'CAPTURED',
      { here: { disputed: 0 }, there: { disputed: 800 } },
    ],
  ];

  test.each(byHand)('%s whose webhook was lost is listed, then booked', async (_, happened, status, difference) => {
    const attempt = await happened();
    const before = await kit.ledger(attempt);
    const listed = await reconcile('LIST');
    expect(listed.about(attempt)).toMatchObject({ kind: 'TOTALS_DIFFER', outcome: 'FOUND', ...difference });
    expect(await kit.ledger(attempt)).toEqual(before);

    const repaired = await reconcile('REPAIR');
    expect(repaired.about(attempt)).toMatchObject({ kind: 'TOTALS_DIFFER', outcome: 'REPAIRED', ...difference });
    expect(await kit.payment(attempt)).toMatchObject({ status });
    await agrees(attempt);
    expect((await reconcile('LIST')).about(attempt)).toBeUndefined();
  });

  test('whose customer has taken the extra step goes on', async () => {
    const attempt = await authorized('tok_action_required');
    await atSimulator(`test_helpers/payment_intents/${attempt.reference}/authenticate`, { code: 'approve' });
    expect((await reconcile('REPAIR')).about(attempt)).toMatchObject({ kind: 'TOTALS_DIFFER', outcome: 'REPAIRED' });
    expect(await kit.payment(attempt)).toMatchObject({ status: 'AUTHORIZED' });
    await agrees(attempt);
  });

  test('and that agrees is compared, and is no difference', async () => {
    const [held, taken] = [await authorized(), await captured()];
    await kit.app.commands.refundPayment(refundMessage(taken, euros(700)));
    const { about, compared } = await reconcile('LIST');
    expect([about(held), about(taken)]).toEqual([undefined, undefined]);
    expect(compared).toBeGreaterThanOrEqual(2);
  });

  test('whose refund the books have lost: it is booked, and its key is not used again', async () => {
    const attempt = await captured();
    await kit.app.commands.refundPayment(refundMessage(attempt, euros(1_000)));
    const of = { payment: { attemptId: attempt.attemptId } };
    await kit.prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('ALTER TABLE ledger_entry DISABLE TRIGGER USER');
      await tx.ledgerEntry.deleteMany({ where: { ...of, kind: 'REFUND' } });
      await tx.operation.deleteMany({ where: { ...of, kind: 'REFUND' } });
      await tx.refund.deleteMany({ where: of });
      await tx.payment.update({ where: { attemptId: attempt.attemptId }, data: { refunded: 0 } });
      await tx.$executeRawUnsafe('ALTER TABLE ledger_entry ENABLE TRIGGER USER');
    });
    expect((await reconcile('REPAIR')).about(attempt)).toMatchObject({ outcome: 'REPAIRED' });
    await kit.app.commands.refundPayment(refundMessage(attempt, euros(1_000)));
    expect(await kit.payment(attempt)).toMatchObject({ refunded: 2_000 });
    await agrees(attempt);
  });

  test('while a call about it is under way is not judged', async () => {
    const attempts = await Promise.all(Array.from({ length: 6 }, () => authorized()));
    const [{ found }] = await Promise.all([
      reconcile('REPAIR'),
      ...attempts.map((attempt) => kit.app.commands.capturePayment(captureMessage(attempt))),
      reconcile('LIST'),
      reconcile('REPAIR'),
    ]);
    expect(found.filter(({ outcome }) => outcome === 'LEFT')).toEqual([]);
    for (const attempt of attempts) await agrees(attempt);
  });

  test('is found by its refund, long after it was begun', async () => {
    const attempt = await captured();
    await kit.simulator.memory.query(
      "UPDATE payment_intent SET created_at = now() - interval '60 days' WHERE id = $1",
      [attempt.reference],
    );
    await kit.prisma.payment.update({
      where: { attemptId: attempt.attemptId },
      data: { createdAt: new Date(Date.now() - 60 * 86_400_000) },
    });
    await atSimulator('refunds', { payment_intent: attempt.reference, amount: '300' });
    expect((await reconcile('REPAIR')).about(attempt)).toMatchObject({ outcome: 'REPAIRED' });
    await agrees(attempt);
  });
});

describe('a payment that the books do not have', () => {
  test('is listed, and left alone unless told otherwise', async () => {
    const attempt = await captured();
    await forget(attempt);
    expect((await reconcile('LIST')).about(attempt)).toMatchObject({
      ...{ kind: 'UNKNOWN_HERE', outcome: 'FOUND', attemptId: attempt.attemptId, orderId: attempt.orderId },
      ...{ here: null, there: { captured: 5_000 } },
    });
    expect((await reconcile('REPAIR')).about(attempt)).toMatchObject({ kind: 'UNKNOWN_HERE', outcome: 'LEFT' });
    expect(await kit.effects(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
    await reconcile('RELEASE');
  });

  test.each([
    ['held', authorized, ['AUTHORIZATION 5000', 'VOID 5000'], 'VOIDED'],
    ['captured', captured, ['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 5000'], 'REFUNDED'],
  ])('and that is %s is released, once, however often and in how many processes', async (_, begin, effects, status) => {
    const attempt = await begin();
    await forget(attempt);
    await Promise.all([reconcile('RELEASE'), reconcile('RELEASE'), reconcile('RELEASE')]);
    expect(await kit.effects(attempt)).toEqual(effects);
    expect(await kit.payment(attempt)).toMatchObject({ status });
    await agrees(attempt);
    expect(await kit.replyTypes(attempt)).toContain('cancelled');
    expect((await reconcile('LIST')).about(attempt)).toBeUndefined();
  });

  test('gives back what an earlier refund has left of it', async () => {
    const attempt = await captured();
    await kit.app.commands.refundPayment(refundMessage(attempt, euros(1_000)));
    await forget(attempt);
    expect((await reconcile('RELEASE')).about(attempt)).toMatchObject({ outcome: 'REPAIRED' });
    expect(await kit.effects(attempt)).toEqual([
      ...['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 1000', 'REFUND 4000'],
    ]);
    await agrees(attempt);
  });

  const failRefund = async (reference: string, n = 0) => {
    const { rows } = await kit.simulator.memory.query<{ id: string }>(
      'SELECT id FROM refund WHERE payment_intent = $1 ORDER BY position OFFSET $2',
      [reference, n],
    );
    await atSimulator(`test_helpers/refunds/${rows[0]?.id}/fail`);
  };

  test.each([1, 2])('gives back what earlier refunds have not, one of which failed of %d', async (made) => {
    const attempt = await captured();
    for (let n = 1; n <= made; n++) await kit.app.commands.refundPayment(refundMessage(attempt, euros(1_000)));
    await failRefund(attempt.reference);
    await forget(attempt);
    expect((await reconcile('RELEASE')).about(attempt)).toMatchObject({ outcome: 'REPAIRED' });
    expect(await kit.payment(attempt)).toMatchObject({ status: 'REFUNDED', refunded: 5_000 });
    const effects = await kit.effects(attempt);
    const back = effects
      .filter((it) => it.startsWith('REFUND '))
      .reduce((sum, it) => sum + Number(it.split(' ')[1]), 0);
    expect(back).toBe(6_000);
    expect(effects).toContain('REFUND_REVERSAL 1000');
  });

  test('whose refund is on its way is left to a person', async () => {
    const attempt = await authorized('tok_refund_pending');
    await kit.app.commands.capturePayment(captureMessage(attempt));
    await kit.app.commands.refundPayment(refundMessage(attempt, euros(1_000)));
    await forget(attempt);
    await kit.simulator.memory.query('UPDATE refund SET settles_at = NULL WHERE payment_intent = $1', [
      attempt.reference,
    ]);
    expect((await reconcile('RELEASE')).about(attempt)).toMatchObject({ kind: 'UNKNOWN_HERE', outcome: 'LEFT' });
  });

  test('and that holds nothing is no difference', async () => {
    const attempt = await authorized('tok_action_required');
    await forget(attempt);
    expect((await reconcile('LIST')).about(attempt)).toBeUndefined();
  });
});

test('a second charge of one attempt is reported and touched by nobody', async () => {
  const attempt = await captured();
  const twin = await kit.simulator.memory.query<{ id: string }>(
    `INSERT INTO payment_intent (id, created_at, amount, currency, status, amount_capturable, amount_received, metadata,
                                 client_secret, is_off_session, token, expires_at)
     SELECT 'pi_twin', created_at, amount, currency, status, amount_capturable, amount_received, metadata,
            'pi_twin_secret', is_off_session, token, expires_at
       FROM payment_intent WHERE id = $1 RETURNING id`,
    [attempt.reference],
  );
  const { found } = await reconcile('RELEASE');
  expect(found.filter(({ attemptId }) => attemptId === attempt.attemptId)).toMatchObject([
    { kind: 'CHARGED_TWICE', outcome: 'LEFT', reference: twin.rows[0]?.id, there: { captured: 5_000 } },
  ]);
  await kit.simulator.memory.query("DELETE FROM payment_intent WHERE id = 'pi_twin'");
});

test('a payment that its provider does not know is reported', async () => {
  const attempt = await captured();
  await kit.prisma.payment.update({ where: { attemptId: attempt.attemptId }, data: { reference: 'pi_nowhere' } });
  await kit.simulator.memory.query(`UPDATE payment_intent SET metadata = '{}' WHERE id = $1`, [attempt.reference]);
  const { found, notOurs } = await reconcile('REPAIR');
  expect(found.filter(({ kind }) => kind === 'UNKNOWN_THERE')).toMatchObject([
    { kind: 'UNKNOWN_THERE', outcome: 'LEFT', reference: 'pi_nowhere', there: null },
  ]);
  expect(notOurs).toBe(1);
});
