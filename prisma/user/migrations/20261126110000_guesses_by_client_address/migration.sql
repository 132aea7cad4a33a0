-- Wrong passwords are counted by account and client address. The counts so far do not say from where they came, and were
-- good for a day.
-- live: no release has it yet, so no process of an older one asks for it.
DROP TABLE "sign_in_attempts";

-- CreateTable
CREATE TABLE "sign_in_attempts" (
    "email" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "last_failed_at" TIMESTAMPTZ(3),
    "last_signed_in_at" TIMESTAMPTZ(3),
    "forget_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_in_attempts_pkey" PRIMARY KEY ("email","address")
);

-- CreateTable
CREATE TABLE "strangers_guesses" (
    "email" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "strangers_guesses_pkey" PRIMARY KEY ("email")
);

-- CreateIndex
CREATE INDEX "sign_in_attempts_forget_at_idx" ON "sign_in_attempts"("forget_at");

-- CreateIndex
CREATE INDEX "strangers_guesses_since_idx" ON "strangers_guesses"("since");

-- What follows is written by hand: rules that Prisma's schema cannot state.

ALTER TABLE sign_in_attempts
  ADD CONSTRAINT sign_in_attempts_counts_failures CHECK (failures >= 0 AND (failures = 0) = (last_failed_at IS NULL)),
  ADD CONSTRAINT sign_in_attempts_remembers_something CHECK (last_failed_at IS NOT NULL OR last_signed_in_at IS NOT NULL);

ALTER TABLE strangers_guesses
  ADD CONSTRAINT strangers_guesses_counts_failures CHECK (failures > 0);

-- An address has one spelling: its domain is kept in ASCII (`exämple.de` as `xn--exmple-cua.de`).
-- live: no row breaks it, because registration took nothing else, and no shop has accounts by the million yet.
ALTER TABLE user_account
  ADD CONSTRAINT user_account_email_is_ascii CHECK (email ~ '^[\x20-\x7e]+$');
