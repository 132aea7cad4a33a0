-- AlterTable
ALTER TABLE "operation" ADD COLUMN "is_final" BOOLEAN;

-- From here on by hand: what Prisma cannot say.

-- A capture may come in parts, each named by its call; a hold begins once, and what is left of it is let go once.
DROP INDEX ledger_entry_once;
-- live: a ledger is read in seconds, and appended to again afterwards.
CREATE UNIQUE INDEX ledger_entry_once ON ledger_entry (payment_id, kind) WHERE kind IN ('AUTHORIZATION', 'VOID');

-- An order is paid by one attempt at a time: another may begin when the last is known to hold and keep nothing.
-- live: holds in every row, since an order begins an attempt only after the last has ended; a payment table is read in seconds.
CREATE UNIQUE INDEX payment_one_open_per_order ON payment (order_id)
  WHERE status NOT IN ('DECLINED', 'WITHDRAWN', 'VOIDED', 'REFUNDED');
