-- live: nullable, or with a constant default: added without a rewrite.
ALTER TABLE "cart" ADD COLUMN     "country" TEXT,
ADD COLUMN     "coupon_codes" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "shipping_method_id" TEXT;

-- live: nullable, or with a constant default: added without a rewrite.
ALTER TABLE "customer_order" ADD COLUMN     "discount_amount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "prices_include_tax" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "pricing" JSONB,
ADD COLUMN     "pricing_hash" TEXT,
ADD COLUMN     "shipping_amount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "shipping_discount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "shipping_tax" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "tax_amount" INTEGER NOT NULL DEFAULT 0;

-- live: with constant defaults: added without a rewrite.
ALTER TABLE "order_line" ADD COLUMN     "discount_amount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "tax_amount" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "promotion" (
    "id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "effect" JSONB NOT NULL,
    "product_ids" TEXT[],
    "category_ids" TEXT[],
    "collection_ids" TEXT[],
    "minimum_spend" JSONB,
    "needs_code" BOOLEAN NOT NULL,
    "is_exclusive" BOOLEAN NOT NULL,
    "priority" INTEGER NOT NULL,
    "first_order_only" BOOLEAN NOT NULL,
    "starts_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),
    "usage_limit" INTEGER,
    "per_customer_limit" INTEGER,
    "used" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "promotion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coupon" (
    "code" TEXT NOT NULL,
    "promotion_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "coupon_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "promotion_redemption" (
    "order_id" TEXT NOT NULL,
    "promotion_id" TEXT NOT NULL,
    "code" TEXT,
    "redeemed_at" TIMESTAMPTZ(3) NOT NULL,
    "given_back_at" TIMESTAMPTZ(3),

    CONSTRAINT "promotion_redemption_pkey" PRIMARY KEY ("order_id","promotion_id")
);

-- CreateTable
CREATE TABLE "shipping_method" (
    "id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "pricing" TEXT NOT NULL,
    "countries" TEXT[],
    "prices" JSONB NOT NULL,
    "tax_class" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "is_active" BOOLEAN NOT NULL,
    "version" INTEGER NOT NULL,

    CONSTRAINT "shipping_method_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tax_rate" (
    "country" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "tax_class" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "rate_ppm" INTEGER NOT NULL,
    "prices_include_tax" BOOLEAN NOT NULL,

    CONSTRAINT "tax_rate_pkey" PRIMARY KEY ("country","region","tax_class","valid_from")
);

-- CreateIndex
CREATE INDEX "promotion_needs_code_ends_at_idx" ON "promotion"("needs_code", "ends_at");

-- CreateIndex
CREATE INDEX "coupon_promotion_id_idx" ON "coupon"("promotion_id");

-- CreateIndex
CREATE INDEX "promotion_redemption_promotion_id_idx" ON "promotion_redemption"("promotion_id");

-- AddForeignKey
ALTER TABLE "coupon" ADD CONSTRAINT "coupon_promotion_id_fkey" FOREIGN KEY ("promotion_id") REFERENCES "promotion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "promotion_redemption" ADD CONSTRAINT "promotion_redemption_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "customer_order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "promotion_redemption" ADD CONSTRAINT "promotion_redemption_promotion_id_fkey" FOREIGN KEY ("promotion_id") REFERENCES "promotion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- From here on by hand: what Prisma cannot say.

-- A total is what its parts come to, but for the lines, which are rows of their own. Nothing is below nothing.
-- live: the columns are new (NOT VALID), with defaults that pass.
ALTER TABLE "customer_order"
  ADD CONSTRAINT "customer_order_amounts" CHECK
    ("discount_amount" >= "shipping_discount" AND "shipping_discount" BETWEEN 0 AND "shipping_amount"
     AND "shipping_tax" BETWEEN 0 AND "tax_amount") NOT VALID,
  ADD CONSTRAINT "customer_order_pricing" CHECK (("pricing" IS NULL) = ("pricing_hash" IS NULL)) NOT VALID;
-- live: the columns are new (NOT VALID), with defaults that pass.
ALTER TABLE "order_line" ADD CONSTRAINT "order_line_discount" CHECK
  ("discount_amount" BETWEEN 0 AND "unit_amount"::bigint * "quantity" AND "tax_amount" >= 0) NOT VALID;
-- live: the column is new (NOT VALID). 5: as many as anybody enters; each is looked up whenever the cart is priced.
ALTER TABLE "cart" ADD CONSTRAINT "cart_coupon_codes" CHECK (cardinality("coupon_codes") <= 5) NOT VALID;

ALTER TABLE "promotion"
  -- However many redeem it at once.
  ADD CONSTRAINT "promotion_used" CHECK ("used" >= 0 AND "used" <= coalesce("usage_limit", 0)),
  ADD CONSTRAINT "promotion_limits" CHECK ("usage_limit" >= 1 AND "per_customer_limit" >= 1),
  ADD CONSTRAINT "promotion_window" CHECK ("starts_at" < "ends_at"),
  ADD CONSTRAINT "promotion_effect" CHECK
    ("effect" ->> 'kind' IN ('PERCENTAGE', 'FIXED_AMOUNT', 'FREE_SHIPPING', 'BUY_X_GET_Y', 'FREE_GIFT')
     AND NOT jsonb_path_exists("minimum_spend", '$.* ? (@ < 0)'));
ALTER TABLE "coupon" ADD CONSTRAINT "coupon_code" CHECK ("code" ~ '^[A-Z0-9_]{3,40}$');
ALTER TABLE "promotion_redemption" ADD CONSTRAINT "promotion_redemption_given_back" CHECK ("given_back_at" >= "redeemed_at");
ALTER TABLE "shipping_method"
  ADD CONSTRAINT "shipping_method_pricing" CHECK ("pricing" IN ('FLAT', 'BY_WEIGHT', 'BY_TOTAL')),
  ADD CONSTRAINT "shipping_method_tax_class" CHECK ("tax_class" IN ('STANDARD', 'REDUCED', 'ZERO'));
ALTER TABLE "tax_rate"
  ADD CONSTRAINT "tax_rate_tax_class" CHECK ("tax_class" IN ('STANDARD', 'REDUCED', 'ZERO')),
  ADD CONSTRAINT "tax_rate_rate" CHECK ("rate_ppm" BETWEEN 0 AND 1000000),
  ADD CONSTRAINT "tax_rate_country" CHECK ("country" ~ '^[A-Z]{2}$' AND "region" ~ '^[A-Z0-9]{0,3}$');
