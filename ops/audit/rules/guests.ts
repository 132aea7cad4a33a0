/** Guests who have signed in: what was theirs is the user's, in every service. */
import { type OrderRule, type Row, type Rule, type SystemRule, sqlRule, type Violation } from '../rule.ts';

interface Owned extends Row {
  readonly id: string;
  readonly order_id: string;
  readonly customer_id: string;
}

const merges = `SELECT guest_id FROM guest_merge WHERE guest_id = ANY ($1::text[]) AND merged_at > $2`;

/** Each service merges when the message reaches it: for a moment they may differ about whose an order is. */
const ordersAndPaymentsHaveOneCustomer: OrderRule = {
  name: 'payments-have-the-customer-of-their-order',
  promise: 'an order and its payments belong to the same customer',
  scope: 'orders',
  check: async ({ databases, settledBefore }, orders) => {
    const customerOf = new Map(orders.map(({ id, customer_id }) => [id, customer_id]));
    const payments = await databases.payment<Owned>(
      'SELECT id, order_id, customer_id FROM payment WHERE order_id = ANY ($1::text[])',
      [...customerOf.keys()],
    );
    const differing = payments.filter(({ order_id, customer_id }) => customer_id !== customerOf.get(order_id));
    if (differing.length === 0) return [];
    const customers = differing.flatMap(({ order_id, customer_id }) => [customer_id, customerOf.get(order_id)]);
    const recent = [
      ...(await databases.order<{ guest_id: string }>(merges, customers, settledBefore)),
      ...(await databases.payment<{ guest_id: string }>(merges, customers, settledBefore)),
    ];
    const merging = new Set<string | undefined>(recent.map(({ guest_id }) => guest_id));
    return differing
      .filter(({ order_id, customer_id }) => !merging.has(customer_id) && !merging.has(customerOf.get(order_id)))
      .map(({ id, order_id, customer_id }) => ({
        ids: { order: order_id, payment: id },
        what: `the order is ${customerOf.get(order_id)}'s, the payment ${customer_id}'s`,
      }));
  },
};

interface Merge extends Row {
  readonly guest_id: string;
  readonly user_id: string;
}

// 5,000 a page: two ids each, a few hundred KiB.
const pageSize = 5_000;

const nextMerges = `SELECT guest_id, user_id FROM guest_merge WHERE guest_id > $1 ORDER BY guest_id LIMIT ${pageSize}`;
const theseMerges = `SELECT guest_id, user_id FROM guest_merge WHERE guest_id = ANY ($1::text[])`;

/**
 * User is the one who decides; the others learn by message or from a token, so the effect is read before its cause. That a
 * message is missing is another rule's business.
 */
const guestsBecomeTheSameUser: SystemRule = {
  name: 'guests-become-the-same-user',
  promise: 'order, payment and product gave what was a guest’s to the user who signed in',
  scope: 'full',
  check: async ({ databases }) => {
    const violations: Violation[] = [];
    for (const service of ['order', 'payment', 'product'] as const)
      for (let after = ''; ; ) {
        const page = await databases[service]<Merge>(nextMerges, after);
        const ids = page.map(({ guest_id }) => guest_id);
        const signedIn = await databases.user<Merge>(theseMerges, ids);
        const userOf = new Map(signedIn.map(({ guest_id, user_id }) => [guest_id, user_id]));
        for (const { guest_id, user_id } of page)
          if (userOf.get(guest_id) !== user_id)
            violations.push({
              ids: { guest: guest_id, user: user_id },
              what: `in ${service}; ${userOf.get(guest_id) ?? 'nobody'} signed in as the guest`,
            });
        after = page.at(-1)?.guest_id ?? after;
        if (page.length < pageSize) break;
      }
    return violations;
  },
};

export const guestRules: readonly Rule[] = [
  ordersAndPaymentsHaveOneCustomer,
  guestsBecomeTheSameUser,
  // A merge changes all owners in its own transaction, and nothing is written for the guest after it.
  sqlRule({
    name: 'merged-guests-have-no-carts-or-orders',
    promise: 'the cart and the orders of a guest who has signed in are the user’s',
    scope: 'full',
    database: 'order',
    sql: `
    SELECT c.id, c.customer_id, m.user_id FROM cart c JOIN guest_merge m ON m.guest_id = c.customer_id
     WHERE left(c.customer_id, 4) = 'gst_'
     UNION ALL
    SELECT o.id, o.customer_id, m.user_id FROM guest_merge m JOIN customer_order o ON o.customer_id = m.guest_id`,
    ids: { thing: 'id', guest: 'customer_id' },
    what: ({ user_id }) => `still belongs to the guest, who has become ${user_id}`,
  }),
  sqlRule({
    name: 'merged-guests-wait-for-nothing',
    promise: 'what a guest who has signed in waits for the user waits for',
    scope: 'full',
    database: 'product',
    sql: `
    SELECT a.variant_id, a.customer_id, m.user_id FROM stock_alert a JOIN guest_merge m ON m.guest_id = a.customer_id
     WHERE left(a.customer_id, 4) = 'gst_'`,
    ids: { variant: 'variant_id', guest: 'customer_id' },
    what: ({ user_id }) => `still belongs to the guest, who has become ${user_id}`,
  }),
  sqlRule({
    name: 'merged-guests-have-no-payments',
    promise: 'the payments of a guest who has signed in are the user’s',
    scope: 'full',
    database: 'payment',
    sql: `
    SELECT p.id, p.order_id, p.customer_id, m.user_id FROM payment p JOIN guest_merge m ON m.guest_id = p.customer_id
     WHERE left(p.customer_id, 4) = 'gst_'`,
    ids: { payment: 'id', order: 'order_id', guest: 'customer_id' },
    what: ({ user_id }) => `still belongs to the guest, who has become ${user_id}`,
  }),
];
