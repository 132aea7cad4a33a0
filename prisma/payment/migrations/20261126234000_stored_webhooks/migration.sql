-- Webhooks are stored whole and processed afterwards. Of the old rows, which were a guard against duplicates, no more is known than
-- that they were processed.
CREATE TABLE "provider_event_before" AS SELECT "provider", "event_id", "received_at" FROM "provider_event";
-- live: nothing has been released; a process of the release before would answer webhooks with 500, and they are repeated.
DROP TABLE "provider_event";

-- CreateEnum
CREATE TYPE "provider_event_state" AS ENUM ('RECEIVED', 'DONE', 'IGNORED', 'FAILED');

-- CreateTable
CREATE TABLE "provider_event" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "account" TEXT,
    "livemode" BOOLEAN NOT NULL,
    "attempt_id" TEXT,
    "reference" TEXT,
    "body" BYTEA NOT NULL,
    "state" "provider_event_state" NOT NULL,
    "reason" TEXT,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3),
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "provider_event_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "provider_event_provider_event_id_key" ON "provider_event"("provider", "event_id");

-- CreateIndex
CREATE INDEX "provider_event_state_id_idx" ON "provider_event"("state", "id");

-- CreateIndex
CREATE INDEX "provider_event_received_at_idx" ON "provider_event" USING BRIN ("received_at");

-- From here on by hand: what Prisma cannot say.
ALTER TABLE provider_event
  ADD CONSTRAINT provider_event_open_has_next_try CHECK ((state = 'RECEIVED') = (next_try_at IS NOT NULL)),
  ADD CONSTRAINT provider_event_done_at CHECK ((state = 'RECEIVED') = (done_at IS NULL)),
  ADD CONSTRAINT provider_event_reason CHECK (state IN ('RECEIVED', 'DONE') OR reason IS NOT NULL),
  -- As much as the door lets in (http/webhooks.ts).
  ADD CONSTRAINT provider_event_body CHECK (octet_length(body) <= 65536);
CREATE INDEX provider_event_due ON provider_event (next_try_at) WHERE next_try_at IS NOT NULL;

INSERT INTO provider_event (id, provider, event_id, type, livemode, body, state, received_at, done_at)
SELECT 'pev_' || md5(provider || ' ' || event_id), provider, event_id, 'unknown', false, '', 'DONE', received_at, received_at
  FROM provider_event_before;
-- live: it was made above.
DROP TABLE "provider_event_before";
