import { paymentStates, type Step } from '#subgraphs/payment/domain/payment-states.ts';
import { reservationStates } from '#subgraphs/product/domain/inventory/reservation-states.ts';
import { checkoutArrows, checkoutEnds, checkoutTable } from './checkout.ts';
import { type Arrow, diagram } from './diagram.ts';

type Rows = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** The arrows of a table of rows by status and columns by what happens; `next` reads the status out of a cell. */
const arrowsIn = (rows: Rows, next: (cell: object) => string | undefined): Arrow[] =>
  Object.entries(rows).flatMap(([from, row]) =>
    Object.entries(row).flatMap(([label, cell]) => {
      const to = next(cell);
      return to === undefined || to === from ? [] : [{ from, to, label }];
    }),
  );

const reservationArrows = () => [
  // The two that a first reserve leads to are decided by the stock and not by the table.
  { from: 'NONE', to: 'RESERVED', label: 'reserve, enough' },
  { from: 'NONE', to: 'REJECTED', label: 'reserve, short' },
  ...arrowsIn(reservationStates, (cell) => (cell as { becomes?: string }).becomes),
];

const paymentArrows = () => arrowsIn(paymentStates, (cell) => (cell as Step).to);

/** docs/states.md, whole. */
export const statesDocument = (): string =>
  `# States

Made by \`npm run docs:states\` from the tables that the services work by. Do not edit.

## Checkout of an order

\`subgraphs/order/domain/checkout/steps.ts\`. What has no arrow changes nothing: a reply that comes late or twice is
ignored, or, where it reveals that something is held for an attempt that is over, answered with its undo.

${diagram('PLACED', checkoutArrows(), checkoutEnds())}

${checkoutTable()}

While COMPENSATING, the undo of the money is sent first, then that of the goods; each waits for its confirmation and is
sent again with twice the patience.

## Reservation of stock

\`subgraphs/product/domain/inventory/reservation-states.ts\`. One attempt to pay has one reservation.

${diagram('NONE', reservationArrows(), [])}

## Payment

\`subgraphs/payment/domain/payment-states.ts\`. One attempt to pay has one payment.

${diagram('AUTHORIZING', paymentArrows(), [])}
`;
