/**
 * A column that stays empty while a shop sells was probably forgotten: in raw SQL, or because Prisma accepts a row without
 * its nullable columns. (What goes through platform/database/raw-rows.ts does not compile without it.)
 */
import { type DatabaseName, databaseNames } from '#ops/services.ts';
import { withClient } from '#platform/database/client.ts';
import pg from '#platform/database/pg.ts';
import { type Check, type Finding, violation } from '../check.ts';
import { runsOf } from '../runs.ts';
import { tablesOf } from './databases.ts';

/** Columns and tables that the seed and the demo purchases may leave empty, each with what fills it. */
const filledElsewhere: Readonly<Record<string, string>> = {
  'user.denial': 'a sign-out',
  'user.guest_merge': 'a guest who signs in',
  'user.refresh_token': 'a sign-in',
  'user.session.device': 'a client that names it',
  'user.session.ended_at': 'a sign-out',
  'user.session.end_reason': 'a sign-out',
  'user.session.guest_id': 'a guest',
  'user.session.user_agent': 'a sign-in',
  'user.outbox_message.leased_until': 'the relay, while it publishes',
  'user.sign_in_attempts.last_failed_at': 'a wrong password',
  'user.api_key.last_used_at': 'a machine, with its key',
  'user.audit_entry.customer_id': "an action on a customer's data, once its message has come",
  'user.mail_quota': 'a request for a mail, such as a forgotten password',
  'user.user_account.closed_at': 'somebody who leaves',
  'user.user_account.credentials_changed_at': 'a new password or address',
  'user.strangers_guesses': 'guesses from an address that has not signed in',
  'user.delivery.email': 'a change of the e-mail address, until its mail is sent',
  'user.delivery.last_error': 'a mail server that does not take a mail',
  'user.delivery.locale': 'a mail to somebody whose language is not known yet',
  'user.notification.product_id': 'a product that somebody waits for and that comes in',
  'user.notification.read_at': 'a customer who marks it as read',
  'user.notification_opt_out': 'a customer who switches off a kind of notification',
  'user.one_time_token': 'a mail with a link that proves something',
  'user.one_time_token.used_at': 'a click on that link',
  'product.catalogue_import': 'an import of a file, until it has ended',
  'product.catalogue_import_fault': 'a line at fault of such a file',
  'product.former_slug': 'a product, category or collection that gets another slug',
  'product.media.file_key': 'a picture that was uploaded',
  'product.media.content_type': 'a picture that was uploaded',
  'product.media.bytes': 'a picture that was uploaded',
  'product.media.width': 'a picture that was uploaded',
  'product.media.height': 'a picture that was uploaded',
  'product.media_file': 'staff who upload a picture',
  'product.media_upload': 'staff who ask for an upload',
  'product.media_upload.file_key': 'a picture that was uploaded',
  'product.product.publish_at': 'a publication that is scheduled, until its time has come',
  'product.search_word_change': 'a product that is written, until the worker has counted its words',
  'product.scheduled_price': 'a price that is scheduled, until its time has come',
  'product.product_refresh': 'a category that moves, until its products have been announced',
  'product.product_variant.low_stock_threshold': 'staff, for a variant that is ordered earlier than others',
  'product.idempotency_key': 'staff who change the stock',
  'product.availability_check': 'a change of stock, until the worker has looked at it',
  'product.guest_merge': 'a guest who signs in',
  'product.stock_alert': 'a customer who waits for a variant',
  'product.outbox_message.leased_until': 'the relay, while it publishes',
  'product.stock_movement.reason': 'staff who correct the stock',
  'product.stock_return': 'goods that come back',
  'product.reservation.rejection': 'an order for more than there is',
  'order.cart_line': 'a cart, until it is bought',
  'order.customer_order.action_url': 'a card whose bank asks the customer',
  'order.customer_order.payment_id': 'the answer of payment, which may not be there yet',
  'order.customer_order.payment_method_token': 'an order that waits to be authorized',
  'order.customer_order.saved_payment_method_id': 'an order that waits to be authorized on a method on file',
  'order.customer_order.return_url': 'an order that waits to be authorized, and names where its customer comes back to',
  'order.customer_order.guest_address': 'a guest who orders',
  'order.cart.shipping_method_id': 'a customer who chooses how it is shipped',
  'order.cart.country': 'a customer who says where it goes before there is an address',
  'order.coupon': 'staff who make codes',
  'order.promotion': 'staff who take something off',
  'order.promotion_redemption': 'an order with a promotion',
  'order.shipping_method': 'staff who decide how orders are shipped',
  'order.tax_rate': 'staff who decide what is taxed',
  'order.cart_line.available_units': 'an order that was refused for want of units',
  'order.cart.note': 'a customer with a note',
  'order.cart.gift_message': 'a customer who gives a present',
  'order.customer_order.note': 'a customer with a note',
  'order.customer_order.gift_message': 'a customer who gives a present',
  'order.closed_account': 'somebody who has closed their account',
  'order.guest_merge': 'a guest who signs in',
  'order.customer_order.step_deadline': 'an order that waits for a step, until that is done',
  'order.customer_order.heading': 'an order that is being undone',
  'order.outbox_message.leased_until': 'the relay, while it publishes',
  'payment.guest_merge': 'a guest who signs in',
  'payment.outbox_message.leased_until': 'the relay, while it publishes',
  'payment.operation.secret': 'an operation, until its outcome is known',
  'payment.payment.action_url': 'a card whose bank asks the customer',
  'payment.payment.next_check_at': 'a payment whose provider has not decided',
  'payment.offline_entry': 'an order that is paid by transfer or on delivery',
  'payment.payment_method.decline_reason': 'a method that the provider refuses to keep',
  'payment.payment_method.reason_text': 'a method that the provider refuses to keep',
  'payment.payment_method.removed_at': 'a method that is removed, until the provider has let it go',
  'payment.payment_method.next_try_at': 'a method that is removed, until the provider has let it go',
  'payment.payment_method.secret': 'a method that is being saved',
  'payment.dispute': "a customer's bank that calls money back",
  'payment.refund': 'staff, or a return, that gives a part back',
  'payment.operation.refund_id': 'a refund of a part',
  'payment.provider_event.reason': 'an event that is ignored, or given up',
  'payment.provider_event.next_try_at': 'an event, until it is processed',
  'payment.provider_event.account': 'an event of a connected account',
  'payment.reconciliation': 'the first comparison with the provider, a minute after the start',
  'payment.unreadable_webhook': 'a provider that sends what nobody can read',
  'payment.withdrawn_attempt': 'a cancel that comes before its authorize',
};

export const filledColumns: Check = {
  name: 'filled-columns',
  title: 'Every column of every database is filled, or it is known by what.',
  needs: 'system',
  run: async (workspace) => {
    await runsOf(workspace);
    const { databaseUrls } = await workspace.system();
    return emptyColumns((await Promise.all(databaseNames.map((name) => columnsIn(name, databaseUrls[name])))).flat());
  },
};

interface Column {
  /** `order.customer_order.failure`; of a table without rows, the table. */
  readonly name: string;
  readonly isFilled: boolean;
}

const columnsIn = (name: DatabaseName, url: string): Promise<Column[]> =>
  withClient(url, async (client) => {
    const found: Column[] = [];
    for (const table of await tablesOf(client)) {
      const { rows } = await client.query<{ column: string; isFilled: boolean }>(
        `SELECT each.key AS column, bool_or(each.value <> 'null') AS "isFilled"
           FROM ${pg.escapeIdentifier(table)} AS t, jsonb_each(to_jsonb(t)) AS each GROUP BY each.key`,
      );
      found.push({ name: `${name}.${table}`, isFilled: rows.length > 0 });
      found.push(...rows.map(({ column, isFilled }) => ({ name: `${name}.${table}.${column}`, isFilled })));
    }
    return found;
  });

export const emptyColumns = (columns: readonly Column[], elsewhere = filledElsewhere): Finding[] =>
  columns
    .filter(({ name, isFilled }) => !isFilled && !(name in elsewhere))
    .map(({ name }) =>
      violation(
        name,
        'is empty after the seed and the demo purchases.',
        'Fill it, or add it to `filledElsewhere` with a reason.',
      ),
    );
