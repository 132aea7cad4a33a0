import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { signedIn } from '#kit/user/viewers.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const [ada, eve] = [newId('User'), newId('User')];
const staff = signedIn(newId('User'), 'STAFF');

describe('saved payment methods in the graph', () => {
  const saving = `mutation ($key: String, $token: String!) { savePaymentMethod(idempotencyKey: $key, input: {paymentMethodToken: $token}) {
    __typename
    ... on SavePaymentMethodSuccess { paymentMethod { id brand last4 expiryMonth expiryYear provider savedAt } }
    ... on PaymentMethodRefused { reason } ... on Failure { message } } }`;
  const removing = `mutation ($id: ID!) { removePaymentMethod(input: {paymentMethodId: $id}) {
    __typename ... on RemovePaymentMethodSuccess { paymentMethodId } } }`;
  const save = (viewer: Viewer, token: string, key?: string) => kit.ask(viewer, saving, { token, key });
  const of = async (viewer: Viewer, ...users: unknown[]) =>
    kit.ask(
      viewer,
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { paymentMethods { id last4 } } } }',
      {
        r: users.map((id) => ({ __typename: 'User', id })),
      },
    );

  test('are saved, listed and removed by their user', async () => {
    const { data } = await save(signedIn(ada), 'tok_approve');
    expect(data.savePaymentMethod).toMatchObject({
      __typename: 'SavePaymentMethodSuccess',
      paymentMethod: { brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2034, provider: 'simulator' },
    });
    const { id } = data.savePaymentMethod.paymentMethod;
    expect((await of(signedIn(ada), ada)).data._entities).toEqual([{ paymentMethods: [{ id, last4: '4242' }] }]);
    expect((await of(staff, ada)).data._entities).toEqual([{ paymentMethods: [{ id, last4: '4242' }] }]);
    expect((await of(signedIn(eve), ada)).data._entities).toEqual([{ paymentMethods: null }]);
    expect((await kit.ask(signedIn(eve), removing, { id })).codes).toEqual(['NOT_FOUND']);
    expect((await kit.ask(signedIn(ada), removing, { id })).data.removePaymentMethod).toEqual({
      ...{ __typename: 'RemovePaymentMethodSuccess', paymentMethodId: id },
    });
    expect((await of(signedIn(ada), ada)).data._entities).toEqual([{ paymentMethods: [] }]);
  });

  test('that the provider refuses are a failure', async () => {
    const { data } = await save(signedIn(ada), 'tok_expired_card');
    expect(data.savePaymentMethod).toMatchObject({ __typename: 'PaymentMethodRefused', reason: 'EXPIRED_CARD' });
  });

  test('are for signed-in users, and never a card number', async () => {
    expect((await save(guest, 'tok_approve')).codes).toEqual(['UNAUTHENTICATED']);
    for (const [token, code] of [
      ['', 'BAD_USER_INPUT'],
      ['two words', 'BAD_USER_INPUT'],
      ['4242424242424242', 'CARD_NUMBER'],
    ] as const) {
      const answer = await save(signedIn(ada), token);
      expect(answer.codes).toEqual([code]);
      expect(JSON.stringify(answer)).not.toContain('42424242');
    }
  });
});
