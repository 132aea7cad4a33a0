-- What staff have written that becomes true later: prices, and the publication of a draft.
ALTER TABLE "product" ADD COLUMN "publish_at" TIMESTAMPTZ(3);

CREATE TABLE "scheduled_price" (
    "id" TEXT NOT NULL,
    "variant_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount" INTEGER NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "scheduled_price_pkey" PRIMARY KEY ("id")
);
-- One price at a time, so that it does not matter in which order they are applied.
CREATE UNIQUE INDEX "scheduled_price_variant_id_currency_starts_at_key" ON "scheduled_price"("variant_id", "currency", "starts_at");
CREATE INDEX "scheduled_price_starts_at_idx" ON "scheduled_price"("starts_at");
ALTER TABLE "scheduled_price" ADD CONSTRAINT "scheduled_price_variant_id_fkey" FOREIGN KEY ("variant_id") REFERENCES "product_variant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- From here on: what schema.prisma cannot say.

ALTER TABLE "scheduled_price" ADD CONSTRAINT "scheduled_price_not_negative" CHECK ("amount" >= 0);

-- Of a large catalogue few products wait, and the task looks every second.
-- live: before the first release a catalogue is small.
CREATE INDEX "product_publish_at" ON "product" ("publish_at") WHERE "publish_at" IS NOT NULL;
