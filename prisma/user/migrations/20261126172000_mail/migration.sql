-- CreateEnum
CREATE TYPE "mail_kind" AS ENUM ('WELCOME', 'VERIFY_EMAIL', 'ALREADY_REGISTERED', 'RESET_PASSWORD', 'PASSWORD_CHANGED', 'CONFIRM_EMAIL_CHANGE', 'EMAIL_CHANGED', 'NEW_SIGN_IN', 'ACCOUNT_CLOSED', 'ORDER_CONFIRMED', 'ORDER_REJECTED', 'ORDER_PAYMENT_FAILED', 'ORDER_CANCELLED');

-- CreateEnum
CREATE TYPE "delivery_state" AS ENUM ('PENDING', 'SENT', 'FAILED');

-- CreateEnum
CREATE TYPE "token_purpose" AS ENUM ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL');

-- CreateTable
CREATE TABLE "delivery" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "kind" "mail_kind" NOT NULL,
    "user_id" TEXT NOT NULL,
    "email" TEXT,
    "locale" TEXT,
    "params" JSONB NOT NULL,
    "state" "delivery_state" NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "message_id" TEXT,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "one_time_token" (
    "hash" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "purpose" "token_purpose" NOT NULL,
    "email" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "one_time_token_pkey" PRIMARY KEY ("hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "delivery_source_id_kind_user_id_key" ON "delivery"("source_id", "kind", "user_id");

-- CreateIndex
CREATE INDEX "delivery_user_id_idx" ON "delivery"("user_id");

-- CreateIndex
CREATE INDEX "delivery_ended_at_idx" ON "delivery"("ended_at");

-- CreateIndex
CREATE INDEX "one_time_token_user_id_purpose_idx" ON "one_time_token"("user_id", "purpose");

-- CreateIndex
CREATE INDEX "one_time_token_expires_at_idx" ON "one_time_token"("expires_at");

-- AddForeignKey
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "one_time_token" ADD CONSTRAINT "one_time_token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows is written by hand: rules that Prisma's schema cannot state.

-- The worker asks for what is due only; most rows are history.
CREATE INDEX delivery_due ON delivery (next_attempt_at) WHERE state = 'PENDING';

ALTER TABLE delivery
  ADD CONSTRAINT delivery_ends CHECK ((state = 'PENDING') = (ended_at IS NULL)),
  ADD CONSTRAINT delivery_forgets_the_address CHECK (state = 'PENDING' OR email IS NULL),
  ADD CONSTRAINT delivery_counts_attempts CHECK (attempts >= 0 AND (attempts > 0) = (message_id IS NOT NULL));

ALTER TABLE one_time_token
  ADD CONSTRAINT one_time_token_is_hashed CHECK (hash ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT one_time_token_expires CHECK (expires_at > created_at);
