import { expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { sign, webhookReader } from './signature.ts';

const now = new Date('2026-11-22T12:00:00Z');
const secret = 'a secret of sixteen or more';
const { read } = webhookReader(secret);
const attempt = newId('Attempt');
const body = JSON.stringify({ id: 'evt_1', type: 'payment.updated', data: { attempt } });
const bytes = Buffer.from(body);
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

test('a signed event is read', () => {
  expect(read(bytes, sign(secret, body, now), now)).toEqual({
    ...{
      provider: 'simulator',
      id: 'evt_1',
      type: 'payment.updated',
      account: null,
      livemode: false,
      isForeign: false,
    },
    about: { attemptId: attempt },
  });
});

test.each([
  ['no signature', undefined],
  ['an empty one', ''],
  ['one with another secret', sign('another secret of sixteen', body, now)],
  ['one of another body', sign(secret, `${body} `, now)],
  ['one whose time was moved', sign(secret, body, now).replace(/t=\d+/, `t=${now.getTime() / 1_000 + 1}`)],
  ['rubbish', 't=1,v1=zz'],
])('%s is refused', (_, signature) => {
  expect(read(bytes, signature, now)).toBeUndefined();
});

test('a signature is valid for five minutes either way', () => {
  const signature = sign(secret, body, now);
  expect(read(bytes, signature, later(300))).toBeDefined();
  expect(read(bytes, signature, later(-300))).toBeDefined();
  expect(read(bytes, signature, later(301))).toBeUndefined();
  expect(read(bytes, signature, later(-301))).toBeUndefined();
});

test.each([
  ['of another kind', { id: 'evt_2', type: 'payout.paid', data: { attempt } }],
  ['about no attempt of ours', { id: 'evt_2', type: 'payment.updated', data: { attempt: 'ord_1' } }],
])('an event %s names no attempt', (_, event) => {
  const text = JSON.stringify(event);
  expect(read(Buffer.from(text), sign(secret, text, now), now)).toMatchObject({ id: 'evt_2', about: undefined });
});
