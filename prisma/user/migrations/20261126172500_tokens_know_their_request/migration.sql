-- A token is worth nothing once the account's password or address has changed since its mail was asked for.
-- live: no release has the table yet, so it is empty.
-- AlterTable
ALTER TABLE "one_time_token" ADD COLUMN     "requested_at" TIMESTAMPTZ(3) NOT NULL;
