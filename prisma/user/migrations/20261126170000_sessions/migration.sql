-- Sessions that are renewed and ended, their refresh tokens, guests who have signed in, and denied access tokens.
-- live: nobody but the service writes the table, and a session of an older release is one access token long: a row that it
-- writes meanwhile fails, and its client signs in again.

-- CreateEnum
CREATE TYPE "session_end_reason" AS ENUM ('SIGNED_OUT', 'SIGNED_OUT_EVERYWHERE', 'PASSWORD_CHANGED', 'PASSWORD_RESET', 'EMAIL_CHANGED', 'ACCOUNT_CLOSED', 'REFRESH_TOKEN_REUSED', 'MERGED', 'TOO_MANY_SESSIONS');

-- AlterTable
ALTER TABLE "session" ALTER COLUMN "user_id" DROP NOT NULL,
ADD COLUMN     "guest_id" TEXT,
ADD COLUMN     "device" TEXT,
ADD COLUMN     "user_agent" TEXT,
ADD COLUMN     "last_used_at" TIMESTAMPTZ(3),
ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "refreshes" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "ended_at" TIMESTAMPTZ(3),
ADD COLUMN     "end_reason" "session_end_reason";

-- Nothing renews those that there are: they last as long as their access token.
-- live: the table has a narrow row per sign-in; a million of them take seconds, in which nobody can sign in.
UPDATE "session" SET "last_used_at" = "created_at", "expires_at" = "created_at" + interval '15 minutes';

-- AlterTable
-- live: the table has a narrow row per sign-in; a million of them take seconds, in which nobody can sign in.
ALTER TABLE "session" ALTER COLUMN "last_used_at" SET NOT NULL, ALTER COLUMN "expires_at" SET NOT NULL;

-- DropIndex
DROP INDEX "session_user_id_idx";

-- CreateTable
CREATE TABLE "refresh_token" (
    "hash" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "salt" TEXT,

    CONSTRAINT "refresh_token_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "guest_merge" (
    "guest_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "merged_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "guest_merge_pkey" PRIMARY KEY ("guest_id")
);

-- CreateTable
CREATE TABLE "denial" (
    "position" BIGSERIAL NOT NULL,
    "subject" TEXT NOT NULL,
    "issued_before" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "transaction_id" BIGINT NOT NULL,

    CONSTRAINT "denial_pkey" PRIMARY KEY ("position")
);

-- CreateIndex
-- live: the table has a narrow row per sign-in; a million of them take seconds, in which nobody can sign in.
CREATE UNIQUE INDEX "session_guest_id_key" ON "session"("guest_id");

-- CreateIndex
-- live: the table has a narrow row per sign-in; a million of them take seconds, in which nobody can sign in.
CREATE INDEX "session_user_id_last_used_at_idx" ON "session"("user_id", "last_used_at");

-- CreateIndex
-- live: the table has a narrow row per sign-in; a million of them take seconds, in which nobody can sign in.
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE INDEX "refresh_token_session_id_idx" ON "refresh_token"("session_id");

-- CreateIndex
CREATE INDEX "refresh_token_expires_at_idx" ON "refresh_token"("expires_at");

-- CreateIndex
CREATE INDEX "guest_merge_user_id_idx" ON "guest_merge"("user_id");

-- CreateIndex
CREATE INDEX "denial_transaction_id_position_idx" ON "denial"("transaction_id", "position");

-- CreateIndex
CREATE INDEX "denial_subject_issued_before_idx" ON "denial"("subject", "issued_before");

-- CreateIndex
CREATE INDEX "denial_expires_at_idx" ON "denial"("expires_at");

-- AddForeignKey
ALTER TABLE "refresh_token" ADD CONSTRAINT "refresh_token_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guest_merge" ADD CONSTRAINT "guest_merge_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows is written by hand: rules that Prisma's schema cannot state.

-- live: the table has a narrow row per sign-in; a million of them take seconds, in which nobody can sign in.
ALTER TABLE session
  ADD CONSTRAINT session_is_of_a_user_or_a_guest CHECK ((user_id IS NULL) <> (guest_id IS NULL)),
  ADD CONSTRAINT session_guest_id_is_a_guest_id CHECK (guest_id ~ '^gst_[0-9a-f]{32}$'),
  ADD CONSTRAINT session_ends_with_a_reason CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  ADD CONSTRAINT session_has_a_life CHECK (expires_at > created_at),
  ADD CONSTRAINT session_texts_are_short CHECK (length(device) <= 100 AND length(user_agent) <= 200),
  ADD CONSTRAINT session_counts_refreshes CHECK (refreshes >= 0);

ALTER TABLE refresh_token
  ADD CONSTRAINT refresh_token_is_hashed CHECK (hash ~ '^[\w-]{43}$'),
  -- Without the salt the successor of a used token could not be given again.
  ADD CONSTRAINT refresh_token_has_a_successor_once_used CHECK ((used_at IS NULL) = (salt IS NULL));

ALTER TABLE denial
  ADD CONSTRAINT denial_outlives_the_tokens CHECK (expires_at > issued_before);
