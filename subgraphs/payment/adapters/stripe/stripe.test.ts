import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { ProviderFault } from '../../domain/provider-results.ts';
import { fromStripeAmount, toStripeAmount } from './amounts.ts';
import { declinedBy, faultOf, refusalIn } from './errors.ts';
import { stripeWebhooks } from './webhooks.ts';

test.each([
  [12_000, 'KRW', 12_000],
  [1_234, 'EUR', 1_234],
  [1_230, 'KWD', 1_230],
  [500, 'ISK', 50_000],
])('%i %s are %i at Stripe, and back', (amount, currency, atStripe) => {
  expect(toStripeAmount(amount, currency)).toBe(atStripe);
  expect(fromStripeAmount(atStripe, currency)).toBe(amount);
});

test('an amount of three decimals cannot be charged in a currency that has them', () => {
  expect(() => toStripeAmount(1_234, 'KWD')).toThrow('hundredths');
});

const errorOf = (statusCode: number, type: string, more: object = {}) =>
  Stripe.errors.StripeError.generate({ type, statusCode, message: 'tok_secret', headers: {}, ...more } as never);

describe('an error of Stripe', () => {
  test.each([
    ['in progress', 409, 'idempotency_error', {}, { next: 'sameKey', alert: false }],
    [
      'rate limit',
      429,
      'invalid_request_error',
      { headers: { 'retry-after': '3' } },
      { next: 'sameKey', retryAfterMs: 3_000 },
    ],
    ['wrong key', 401, 'invalid_request_error', {}, { next: 'sameKey', alert: true, retryAfterMs: 600_000 }],
    ['no permission', 403, 'invalid_request_error', {}, { next: 'sameKey', alert: true }],
    ['500', 500, 'api_error', {}, { next: 'findFirst', alert: false }],
    ['503', 503, 'api_error', {}, { next: 'findFirst' }],
    ['key of another call', 400, 'idempotency_error', {}, { next: 'findFirst', alert: true }],
    ['not there', 404, 'invalid_request_error', { code: 'resource_missing', param: 'intent' }, { alert: true }],
    ['locked', 429, 'invalid_request_error', { code: 'lock_timeout' }, { next: 'sameKey' }],
  ])('%s leaves the outcome unknown', (_, status, type, more, expected) => {
    const refusal = () => refusalIn(errorOf(status, type, more));
    expect(refusal).toThrow(ProviderFault);
    expect(refusal).toThrow(expect.objectContaining(expected));
    expect(refusal).not.toThrow(/tok_secret/);
  });

  test.each([
    ['card_error', 402, {}],
    ['invalid_request_error', 400, { code: 'amount_too_small' }],
    ['invalid_request_error', 404, { code: 'resource_missing', param: 'payment_method' }],
  ])('a %s of status %i is an answer', (type, status, more) => {
    expect(refusalIn(errorOf(status, type, more)).statusCode).toBe(status);
  });

  test('a lost connection, a time-out and a bug are worth the same key', () => {
    for (const error of [new Stripe.errors.StripeConnectionError({} as never), new Error('aborted'), 'odd'])
      expect(faultOf(error)).toMatchObject({ next: 'sameKey', alert: false });
  });

  test.each([
    [{ code: 'card_declined', decline_code: 'insufficient_funds' }, 'INSUFFICIENT_FUNDS'],
    [{ code: 'expired_card' }, 'EXPIRED_CARD'],
    [{ code: 'incorrect_number' }, 'INVALID_METHOD'],
    [{ code: 'card_declined', decline_code: 'one_of_tomorrow' }, 'CARD_DECLINED'],
    [{}, 'CARD_DECLINED'],
  ])('%j is a decline: %s', (error, reason) => {
    expect(declinedBy(error).reason).toBe(reason);
  });
});

describe('a webhook of Stripe', () => {
  const secret = 'whsec_of_the_test';
  const attempt = newId('Attempt');
  const now = new Date('2026-11-26T12:00:00Z');
  const read = (event: object, { livemode = true, at = now } = {}) => {
    const payload = JSON.stringify(event);
    const timestamp = Math.floor(at.getTime() / 1_000);
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
    return stripeWebhooks({ provider: 'stripe', secret, livemode }).read(Buffer.from(payload), signature, now);
  };
  const event = (object: object, more: object = {}) => ({
    ...{ id: 'evt_1', object: 'event', type: 'any', livemode: true, data: { object } },
    ...more,
  });

  test.each([
    [
      'a PaymentIntent',
      { object: 'payment_intent', id: 'pi_1', metadata: { attempt } },
      { attemptId: attempt, reference: 'pi_1' },
    ],
    ["somebody else's PaymentIntent", { object: 'payment_intent', id: 'pi_1', metadata: {} }, { reference: 'pi_1' }],
    ['a refund', { object: 'refund', id: 're_1', payment_intent: 'pi_1' }, { reference: 'pi_1' }],
    ['a dispute', { object: 'dispute', id: 'du_1', payment_intent: { id: 'pi_1' } }, { reference: 'pi_1' }],
    ['a payout', { object: 'payout', id: 'po_1' }, undefined],
  ])('about %s', (_, object, about) => {
    expect(read(event(object))).toMatchObject({ id: 'evt_1', isForeign: false });
    expect(read(event(object))).toHaveProperty('about', about);
  });

  test.each([
    ['of the other mode', event({ object: 'payout' }, { livemode: false })],
    ['of a connected account', event({ object: 'payout' }, { account: 'acct_1' })],
  ])('%s is a stranger', (_, given) => {
    expect(read(given)).toMatchObject({ isForeign: true });
  });

  test.each([-301, 301])('signed %i s from now is refused', (seconds) => {
    expect(read(event({ object: 'payout' }), { at: new Date(now.getTime() + seconds * 1_000) })).toBeUndefined();
  });
});
