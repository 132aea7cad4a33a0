-- CreateTable
CREATE TABLE "unreadable_webhook" (
    "provider" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "reason" TEXT NOT NULL,
    "times" INTEGER NOT NULL DEFAULT 1,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "last_received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "unreadable_webhook_pkey" PRIMARY KEY ("provider","digest")
);

-- CreateIndex
CREATE INDEX "unreadable_webhook_last_received_at_idx" ON "unreadable_webhook"("last_received_at");

-- From here on by hand: what Prisma cannot say.
ALTER TABLE unreadable_webhook
  ADD CONSTRAINT unreadable_webhook_times CHECK (times >= 1),
  -- As much as the door lets in (http/webhooks.ts).
  ADD CONSTRAINT unreadable_webhook_body CHECK (octet_length(body) <= 65536);
