-- By hand: what Prisma cannot say.

-- What a bank has called back is not given back once more by an undo, and is not kept.
ALTER TABLE "payment" DROP CONSTRAINT payment_undone_keeps_nothing;
-- live: holds in every row, since it allows more than before; a payment table is checked in seconds.
ALTER TABLE "payment" ADD CONSTRAINT payment_undone_keeps_nothing
  CHECK (status NOT IN ('DECLINED', 'WITHDRAWN', 'VOIDED', 'REFUNDED') OR captured <= refunded + disputed);
