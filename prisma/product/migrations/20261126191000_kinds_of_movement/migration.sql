-- On their own: PostgreSQL cannot use a new value of an enum in the transaction that adds it.
ALTER TYPE "movement_kind" ADD VALUE 'TRANSFER';
ALTER TYPE "movement_kind" ADD VALUE 'SCRAP';
