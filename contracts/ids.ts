/**
 * Opaque, branded ids: `<prefix>_<32 hex digits of a UUIDv7>`. Time-ordered, so they make good primary keys
 * and page cursors; the prefix shows (in a log, a ticket, a wrong query) what an ID belongs to.
 */
import { v5, v7 } from 'uuid';
import { z } from 'zod';

const prefixes = {
  User: 'usr',
  Guest: 'gst',
  ApiKey: 'key',
  Session: 'ses',
  Notification: 'ntf',
  Product: 'prd',
  Variant: 'var',
  Category: 'cat',
  Collection: 'col',
  Attribute: 'atr',
  Movement: 'mov',
  Cart: 'crt',
  CartLine: 'cln',
  Order: 'ord',
  Attempt: 'att',
  Return: 'ret',
  Promotion: 'pro',
  ShippingMethod: 'shm',
  Payment: 'pay',
  ProviderEvent: 'pev',
  PaymentMethod: 'pmt',
  Refund: 'ref',
  Dispute: 'dsp',
  LedgerEntry: 'led',
  AuditEntry: 'aud',
  Message: 'msg',
} as const;

export type Noun = keyof typeof prefixes;
export type Id<N extends string> = string & z.$brand<`${N}Id`>;

/** The ids of a noun. One that a single service knows is declared in its domain, with a prefix that no other noun has. */
export const idsOf = <N extends string>(noun: N, prefix: string) => {
  const pattern = new RegExp(`^${prefix}_[0-9a-f]{32}$`);
  return {
    schema: z.string().regex(pattern, `not a ${noun} id`).brand<`${N}Id`>(),
    create: (): Id<N> => withPrefix(prefix, v7()),
    /** Narrows an id that came from outside (a GraphQL argument, a row). `undefined` when it isn't one. */
    parse: (text: string): Id<N> | undefined => (pattern.test(text) ? (text as Id<N>) : undefined),
  };
};

const withPrefix = <N extends string>(prefix: string, uuid: string) => `${prefix}_${uuid.replaceAll('-', '')}` as Id<N>;

const idOf = <N extends Noun>(noun: N) => idsOf(noun, prefixes[noun]).schema;

export const UserId = idOf('User');
export const GuestId = idOf('Guest');
/** Who owns a cart, an order, a payment: a user, or a guest with a session. */
export const CustomerId = z.union([UserId, GuestId]);
export const ApiKeyId = idOf('ApiKey');
export const SessionId = idOf('Session');
export const ProductId = idOf('Product');
export const VariantId = idOf('Variant');
export const CategoryId = idOf('Category');
export const CollectionId = idOf('Collection');
export const AttributeId = idOf('Attribute');
export const CartId = idOf('Cart');
export const CartLineId = idOf('CartLine');
export const OrderId = idOf('Order');
/** One attempt to pay for an order; its reservation and its payment have the same ID. */
export const AttemptId = idOf('Attempt');
/** What staff take off prices. */
export const PromotionId = idOf('Promotion');
export const ShippingMethodId = idOf('ShippingMethod');
/** Goods that come back from one order. */
export const ReturnId = idOf('Return');
export const PaymentId = idOf('Payment');
/** A payment method on file at a provider. */
export const PaymentMethodId = idOf('PaymentMethod');
export const RefundId = idOf('Refund');
/** What a cardholder's bank has called back, or asks about. */
export const DisputeId = idOf('Dispute');
/** One action of staff, from the service where it happened to the audit log. */
export const AuditEntryId = idOf('AuditEntry');
export const MessageId = idOf('Message');

export type UserId = Id<'User'>;
export type GuestId = Id<'Guest'>;
export type CustomerId = UserId | GuestId;
export type ApiKeyId = Id<'ApiKey'>;
export type SessionId = Id<'Session'>;
export type ProductId = Id<'Product'>;
export type VariantId = Id<'Variant'>;
export type CategoryId = Id<'Category'>;
export type CollectionId = Id<'Collection'>;
export type AttributeId = Id<'Attribute'>;
export type CartId = Id<'Cart'>;
export type CartLineId = Id<'CartLine'>;
export type OrderId = Id<'Order'>;
export type AttemptId = Id<'Attempt'>;
export type ReturnId = Id<'Return'>;
export type PromotionId = Id<'Promotion'>;
export type ShippingMethodId = Id<'ShippingMethod'>;
export type PaymentId = Id<'Payment'>;
export type PaymentMethodId = Id<'PaymentMethod'>;
export type RefundId = Id<'Refund'>;
export type DisputeId = Id<'Dispute'>;
export type AuditEntryId = Id<'AuditEntry'>;
export type MessageId = Id<'Message'>;

/** Called at the edges (wiring passes it in as a value), never inside a pure decision. */
export const newId = <N extends Noun>(noun: N): Id<N> => idsOf(noun, prefixes[noun]).create();

const seedNamespace = '6f1c9d0e-7a55-4c0b-9a3b-2f6d3a1e8c11';

/** The same id for the same name on every run: for seeds and golden examples. */
export const namedId = <N extends Noun>(noun: N, name: string): Id<N> =>
  withPrefix(prefixes[noun], v5(`${noun}:${name}`, seedNamespace));

export const parseId = <N extends Noun>(noun: N, text: string): Id<N> | undefined =>
  idsOf(noun, prefixes[noun]).parse(text);
