import { seededViolations, withoutOrder } from '../violations.fixture.ts';
import { stockRules } from './stock.ts';

seededViolations(
  stockRules,
  [
    ['reservations-have-orders', 'the order is gone', { order: withoutOrder }],
    ['reservations-have-orders', 'sold to nobody', { product: `UPDATE reservation SET order_id = 'ord_2'` }],
    ['stock-matches-orders', 'the reservation was released', { product: `UPDATE reservation SET status = 'RELEASED'` }],
    ['stock-matches-orders', 'less was sold than ordered', { product: 'UPDATE reservation_line SET quantity = 1' }],
    [
      'reservations-match-movements',
      'committed there, released here',
      {
        product: `UPDATE stock_movement SET kind = 'RELEASE' WHERE kind = 'SALE'`,
      },
    ],
    [
      'reservations-match-movements',
      'another quantity',
      {
        product: `UPDATE stock_movement SET quantity = 3 WHERE kind = 'SALE'`,
      },
    ],
    [
      'reservations-match-movements',
      'the sale is missing',
      { product: `DELETE FROM stock_movement WHERE kind = 'SALE'` },
    ],
    [
      'reservations-match-movements',
      'another variant',
      { product: `UPDATE reservation_line SET variant_id = 'var_2'` },
    ],
    [
      'reservations-match-movements',
      'sold elsewhere than where it was drawn',
      { product: `UPDATE stock_movement SET location = 'outlet' WHERE kind = 'SALE'` },
    ],
    [
      'reservations-match-movements',
      'sold from the stock for a line that is not counted',
      { product: `UPDATE reservation_line SET source = 'UNTRACKED'` },
    ],
    ['stock-matches-movements', 'owed, and no movement says so', { product: 'UPDATE stock_level SET backordered = 1' }],
    ['stock-matches-movements', 'a unit from nowhere', { product: 'UPDATE stock_level SET on_hand = on_hand + 1' }],
    [
      'stock-matches-movements',
      'units in another place than their movements say',
      { product: `UPDATE stock_level SET location = 'outlet'` },
    ],
    [
      'stock-matches-movements',
      'scrapped, and still there',
      { product: `UPDATE stock_movement SET kind = 'SCRAP' WHERE kind = 'RECEIPT'` },
    ],
    [
      'transfers-arrive',
      'a transfer that left and did not arrive',
      { product: `UPDATE stock_movement SET kind = 'TRANSFER' WHERE kind = 'RECEIPT'` },
    ],
    [
      'reserved-stock-matches-reservations',
      'no unit is reserved for it',
      { product: `UPDATE reservation SET status = 'RESERVED'` },
    ],
    [
      'reserved-stock-matches-reservations',
      'an order waits for units that its level does not owe',
      { product: `UPDATE reservation_line SET source = 'BACKORDER'` },
    ],
    [
      'no-overselling',
      'filled with more than came in',
      { product: `UPDATE stock_movement SET kind = 'BACKORDER_FILL', quantity = 20 WHERE kind = 'SALE'` },
    ],
    [
      'no-overselling',
      'more sold than received',
      { product: `UPDATE stock_movement SET quantity = 20 WHERE kind = 'SALE'` },
    ],
  ],
  [
    [
      'a sale drawn from two locations',
      {
        product: `
        INSERT INTO location (code, name, priority) VALUES ('outlet', 'Outlet', 1);
        INSERT INTO stock_level (variant_id, location, on_hand, reserved) VALUES ('var_1', 'outlet', 4, 0);
        UPDATE stock_level SET on_hand = 4 WHERE location = 'main';
        UPDATE stock_movement SET quantity = 1 WHERE kind IN ('RESERVATION', 'SALE');
        UPDATE reservation_line SET quantity = 1;
        INSERT INTO reservation_line (attempt_id, variant_id, location, quantity) VALUES ('att_1', 'var_1', 'outlet', 1);
        INSERT INTO stock_movement (id, variant_id, location, kind, quantity, attempt_id, reference, occurred_at)
        VALUES ('mov_4', 'var_1', 'main', 'TRANSFER', -5, NULL, 'van', now()),
               ('mov_5', 'var_1', 'outlet', 'TRANSFER', 5, NULL, 'van', now()),
               ('mov_6', 'var_1', 'outlet', 'RESERVATION', 1, 'att_1', NULL, now()),
               ('mov_7', 'var_1', 'outlet', 'SALE', 1, 'att_1', NULL, now())`,
      },
    ],
    [
      'a sale of what nobody counts',
      {
        product: `
        UPDATE stock_level SET on_hand = 10;
        UPDATE reservation_line SET source = 'UNTRACKED';
        DELETE FROM stock_movement WHERE kind IN ('RESERVATION', 'SALE')`,
      },
    ],
    [
      'a sale of which one unit is owed still',
      {
        product: `
        UPDATE stock_level SET on_hand = 9, backordered = 1;
        UPDATE reservation_line SET quantity = 1;
        INSERT INTO reservation_line (attempt_id, variant_id, source, quantity) VALUES ('att_1', 'var_1', 'BACKORDER', 1);
        UPDATE stock_movement SET quantity = 1 WHERE kind IN ('RESERVATION', 'SALE');
        INSERT INTO stock_movement (id, variant_id, kind, quantity, attempt_id, occurred_at)
        VALUES ('mov_4', 'var_1', 'BACKORDER', 1, 'att_1', now())`,
      },
    ],
    [
      'a sale of which one unit was owed, and filled',
      {
        product: `
        UPDATE reservation_line SET quantity = 1;
        INSERT INTO reservation_line (attempt_id, variant_id, source, quantity)
        VALUES ('att_1', 'var_1', 'BACKORDER_FILLED', 1);
        UPDATE stock_movement SET quantity = 1 WHERE kind IN ('RESERVATION', 'SALE');
        INSERT INTO stock_movement (id, variant_id, kind, quantity, attempt_id, occurred_at)
        VALUES ('mov_4', 'var_1', 'BACKORDER', 1, 'att_1', now()), ('mov_5', 'var_1', 'BACKORDER_FILL', 1, 'att_1', now())`,
      },
    ],
    [
      'a return of which one unit is sold again and one scrapped',
      {
        product: `
        UPDATE stock_level SET on_hand = 9;
        INSERT INTO stock_movement (id, variant_id, kind, quantity, reference, occurred_at)
        VALUES ('mov_4', 'var_1', 'RETURN', 2, 'ret_1', now()), ('mov_5', 'var_1', 'SCRAP', 1, 'ret_1', now())`,
      },
    ],
  ],
);
