import { describe, expect, test } from 'vitest';
import { paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, captureMessage } from '#kit/payment/builders.ts';
import type { Attempt } from '../domain/payment.ts';

describe('the comparison that runs by itself', () => {
  test('sees what no webhook has told, soon and after a hold has expired', async () => {
    await using shop = await paymentTestApp();
    const sweep = async () => shop.app.sweeps.reconciliations();
    const of = async (attempt: Attempt) => (await shop.payment(attempt)).status;
    await sweep();
    const [held, taken] = [anAttempt(), anAttempt()];
    for (const attempt of [held, taken]) await shop.app.commands.authorizePayment(authorizeMessage(attempt));
    await shop.app.commands.capturePayment(captureMessage(taken));
    await shop.simulator.post('refunds', { payment_intent: (await shop.payment(taken)).reference ?? '' });

    shop.advance(5 * 60_000);
    await sweep();
    expect(await of(taken)).toBe('CAPTURED');
    shop.advance(20 * 60_000);
    await Promise.all([sweep(), sweep(), sweep()]);
    expect([await of(taken), await of(held)]).toEqual(['REFUNDED', 'AUTHORIZED']);

    shop.advance(8 * 24 * 60 * 60_000 + 20 * 60_000);
    await shop.simulator.happen();
    await sweep();
    expect(await of(held)).toBe('VOIDED');
    expect(shop.faults.toSorted()).toEqual([
      expect.stringMatching(/^TOTALS_DIFFER REPAIRED/),
      expect.stringMatching(/^TOTALS_DIFFER REPAIRED/),
    ]);
  });

  test('goes on where it was once the provider answers again', async () => {
    await using shop = await paymentTestApp();
    await shop.app.sweeps.reconciliations();
    shop.advance(20 * 60_000);
    const cursors = () => shop.prisma.reconciliation.findMany({ orderBy: { pass: 'asc' } });
    const before = await cursors();
    await shop.simulator.memory.query('ALTER TABLE payment_intent RENAME TO away');
    await expect(shop.app.sweeps.reconciliations()).rejects.toThrow();
    expect((await cursors()).map(({ reconciledUntil }) => reconciledUntil)).toEqual(
      before.map(({ reconciledUntil }) => reconciledUntil),
    );
    await shop.simulator.memory.query('ALTER TABLE away RENAME TO payment_intent');
    shop.advance(60_000);
    await shop.app.sweeps.reconciliations();
    for (const [index, { reconciledUntil }] of (await cursors()).entries())
      expect(reconciledUntil.getTime()).toBeGreaterThan(before[index]?.reconciledUntil.getTime() ?? Number.NaN);
  });
});
