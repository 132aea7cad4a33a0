/** Variables with which every operation of the storefront gives as much as it can, made by really shopping. */

import { randomUUID } from 'node:crypto';
import { type OrderView, type Shopper, succeed } from '#launcher/shopper/shopper.ts';
import type { AddressInput } from '#operations/documents.generated.ts';
import * as storefront from '#operations/documents.generated.ts';
import { until } from '../vitest/until.ts';

/** By name of operation. */
export type Variables = Readonly<Record<string, object>>;

export const demoCustomer = { email: 'customer@example.com', password: 'demo-customer' };

const seoul: AddressInput = {
  name: 'Minjun Kim',
  line1: '152, Teheran-ro',
  line2: '12F',
  city: 'Gangnam-gu',
  subdivision: 'Seoul',
  postalCode: '06236',
  country: 'KR',
  phone: '+82 10 1234 5678',
};

const save = async ({ client }: Shopper, address: AddressInput): Promise<string> => {
  const saving = { idempotencyKey: randomUUID(), input: { address } };
  const { saveAddress } = await client.ask(storefront.SaveAddressDocument, saving);
  if (saveAddress?.__typename !== 'SaveAddressSuccess') throw new Error(JSON.stringify(saveAddress));
  return saveAddress.address.id;
};

/** What the orders of the session say. */
const setDetails = async ({ client }: Shopper): Promise<void> => {
  const key = () => ({ idempotencyKey: randomUUID() });
  await client.ask(storefront.SetCartContactDocument, { ...key(), input: { email: 'minjun@example.com' } });
  await client.ask(storefront.SetShippingAddressDocument, { ...key(), input: { address: seoul } });
  await client.ask(storefront.SetBillingAddressDocument, { ...key(), input: { address: seoul } });
};

const savePaymentMethod = async ({ client }: Shopper): Promise<string> => {
  const saving = { idempotencyKey: randomUUID(), input: { paymentMethodToken: 'tok_approve' } };
  const { savePaymentMethod: saved } = await client.ask(storefront.SavePaymentMethodDocument, saving);
  if (saved?.__typename !== 'SavePaymentMethodSuccess') throw new Error(JSON.stringify(saved));
  return saved.paymentMethod?.id ?? '';
};

/** Another session of the shopper, to be ended. */
const furtherSession = async ({ client, email, password }: Shopper): Promise<string> => {
  await client.ask(storefront.SignInDocument, { input: { email, password } });
  const { me } = await client.ask(storefront.SessionsDocument, {});
  return me?.sessions?.find(({ isCurrent }) => !isCurrent)?.id ?? '';
};

const extraStepWithinMs = 30_000;

/**
 * Buys with cards of every kind, and fills the cart again. A mutation with the same key and input gets the same answer
 * again, so each of them can be sent more than once.
 */
export const runSampleSession = async (shopper: Shopper): Promise<Variables> => {
  const { product } = await shopper.client.ask(storefront.ProductPageDocument, { slug: 'trail-lamp-200' });
  const variantId = product?.variants[0]?.id ?? '';
  const tent = await shopper.client.ask(storefront.ProductPageDocument, { slug: 'sold-out-tent' });
  const soldOut = tent.product?.variants[0]?.id ?? '';
  await shopper.client.ask(storefront.NotifyWhenInStockDocument, { input: { variantId: soldOut } });
  const price = product?.variants[0]?.price;
  const expectedTotal = { amount: price?.amount ?? 0, currency: price?.currency ?? ('EUR' as const) };
  const buy = async (paymentMethodToken: string, status: OrderView['status']) => {
    await shopper.add({ variantId });
    const placed = { idempotencyKey: randomUUID(), input: { paymentMethodToken, expectedTotal } };
    const { order } = succeed(await shopper.place(placed.input, placed.idempotencyKey), 'PlaceOrderSuccess');
    return { placed, order: await shopper.orderReaches(order.id, [status]) };
  };
  await setDetails(shopper);
  const confirmed = await buy('tok_approve', 'CONFIRMED');
  const declined = await buy('tok_decline', 'PAYMENT_FAILED');
  const toCancel = await buy('tok_approve', 'CONFIRMED');
  const waiting = await buy('tok_action_required', 'AUTHORIZING');
  const extraStep = async () => (await shopper.order(waiting.order.id)).paymentAction;
  await until('the extra step', async () => Boolean(await extraStep()), extraStepWithinMs);
  const paymentId = (await extraStep())?.paymentId ?? '';
  await shopper.add({ variantId });

  const kept = await save(shopper, { ...seoul, company: 'Agora', district: 'Yeoksam-dong' });
  const unwanted = await save(shopper, seoul);
  await savePaymentMethod(shopper);
  const paymentMethodId = await savePaymentMethod(shopper);
  const sessionId = await furtherSession(shopper);
  const key = () => ({ idempotencyKey: randomUUID() });
  const registration = { email: `${randomUUID()}@example.com`, password: randomUUID(), displayName: 'Kim' };
  return {
    Account: {},
    Cart: {},
    Browse: { first: 3 },
    CategoryPage: { slug: 'headlamps', first: 3 },
    CollectionPage: { slug: 'after-dark', first: 3 },
    Orders: { first: 3 },
    ProductPage: { slug: 'trail-lamp-200' },
    OrderPage: { id: confirmed.order.id },
    Register: { ...key(), input: registration },
    SignIn: { ...key(), input: demoCustomer },
    Sessions: {},
    StartGuestSession: {},
    // Refused each time: a real one could be sent once (tools/contracts/runs.ts does).
    RefreshSession: { input: { refreshToken: 'none' } },
    SignOut: { ...key(), input: { sessionId } },
    SignOutEverywhere: { ...key(), input: { keepCurrent: true } },
    UpdateProfile: { ...key(), input: { locale: 'ko' } },
    ResendVerification: { ...key(), input: { email: registration.email } },
    RequestPasswordReset: { ...key(), input: { email: registration.email } },
    RequestEmailChange: {
      ...key(),
      input: { newEmail: `${randomUUID()}@example.com`, password: demoCustomer.password },
    },
    // The customer stays: too short a password, a wrong one, and tokens that no mail has brought.
    ChangePassword: { ...key(), input: { currentPassword: demoCustomer.password, newPassword: 'short' } },
    CloseAccount: { ...key(), input: { password: 'not the password' } },
    ConfirmEmailChange: { input: { token: 'none' } },
    ResetPassword: { ...key(), input: { token: 'none', newPassword: randomUUID() } },
    VerifyEmail: { input: { token: 'none' } },
    AddressForm: { country: 'KR' },
    SaveAddress: { ...key(), input: { address: seoul } },
    RemoveAddress: { ...key(), input: { addressId: unwanted } },
    SetDefaultAddress: { ...key(), input: { addressId: kept, use: 'BILLING' } },
    AddToCart: { ...key(), input: { variantId } },
    SetCartContact: { ...key(), input: { email: 'minjun@example.com' } },
    SetCartNote: { ...key(), input: { note: 'Ring twice.', giftMessage: 'Happy birthday!' } },
    SetShippingAddress: { ...key(), input: { address: seoul } },
    SetBillingAddress: { ...key(), input: { address: { ...seoul, company: 'Agora' } } },
    AcknowledgeCartWarnings: key(),
    Reorder: { ...key(), input: { orderId: confirmed.order.id } },
    PlaceOrder: confirmed.placed,
    PayOrder: { ...key(), input: { orderId: declined.order.id, paymentMethodToken: 'tok_approve' } },
    Shop: { language: 'KO' },
    NotifyWhenInStock: { ...key(), input: { variantId: soldOut } },
    StockAlerts: {},
    StopNotifyingWhenInStock: { ...key(), input: { variantId } },
    CancelOrder: { ...key(), input: { orderId: toCancel.order.id } },
    PaymentMethods: {},
    SavePaymentMethod: { ...key(), input: { paymentMethodToken: 'tok_approve' } },
    RemovePaymentMethod: { ...key(), input: { paymentMethodId } },
    ConfirmPayment: { ...key(), input: { paymentId, code: 'approve' } },
  };
};
