import { seededViolations, withoutOrder } from '../violations.fixture.ts';
import { stockRules } from './stock.ts';

seededViolations(stockRules, [
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
  ['reservations-match-movements', 'another variant', { product: `UPDATE reservation_line SET variant_id = 'var_2'` }],
  ['stock-matches-movements', 'a unit from nowhere', { product: 'UPDATE stock_level SET on_hand = on_hand + 1' }],
  [
    'reserved-stock-matches-reservations',
    'no unit is reserved for it',
    { product: `UPDATE reservation SET status = 'RESERVED'` },
  ],
  [
    'no-overselling',
    'more sold than received',
    { product: `UPDATE stock_movement SET quantity = 20 WHERE kind = 'SALE'` },
  ],
]);
