-- E-mail verification, the language of an account, closed accounts, and how many mails an address was sent.

-- AlterTable
ALTER TABLE "user_account" ADD COLUMN     "closed_at" TIMESTAMPTZ(3),
ADD COLUMN     "credentials_changed_at" TIMESTAMPTZ(3),
ADD COLUMN     "email_verified_at" TIMESTAMPTZ(3),
ADD COLUMN     "locale" TEXT NOT NULL DEFAULT 'en',
ADD COLUMN     "opened_at" TIMESTAMPTZ(3),
ALTER COLUMN "password_hash" DROP NOT NULL;

-- CreateTable
CREATE TABLE "mail_quota" (
    "email" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "sent" INTEGER NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "mail_quota_pkey" PRIMARY KEY ("email","kind")
);

-- CreateIndex
CREATE INDEX "mail_quota_since_idx" ON "mail_quota"("since");

-- What follows is written by hand: rules that Prisma's schema cannot state.

-- Whoever has an account could sign in to it so far.
-- live: no shop has accounts by the million yet.
UPDATE user_account SET opened_at = created_at;

-- live: no row breaks it, and no shop has accounts by the million yet.
ALTER TABLE user_account
  ADD CONSTRAINT user_account_closed_is_anonymous CHECK (closed_at IS NULL OR (password_hash IS NULL AND email LIKE 'closed-%@invalid'));

ALTER TABLE mail_quota
  ADD CONSTRAINT mail_quota_counts_mails CHECK (sent > 0);
