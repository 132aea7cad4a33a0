-- In a transaction of their own: what adds a value cannot use it.
ALTER TYPE "movement_kind" ADD VALUE 'BACKORDER';
ALTER TYPE "movement_kind" ADD VALUE 'BACKORDER_RELEASE';
ALTER TYPE "movement_kind" ADD VALUE 'BACKORDER_FILL';
