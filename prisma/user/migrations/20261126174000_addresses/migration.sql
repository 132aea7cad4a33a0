-- CreateTable
CREATE TABLE "address" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "company" TEXT,
    "line1" TEXT NOT NULL,
    "line2" TEXT,
    "district" TEXT,
    "city" TEXT,
    "subdivision" TEXT,
    "postal_code" TEXT,
    "country" TEXT NOT NULL,
    "phone" TEXT,
    "is_default_shipping" BOOLEAN NOT NULL DEFAULT false,
    "is_default_billing" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "address_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "address_user_id_idx" ON "address"("user_id");

-- AddForeignKey
ALTER TABLE "address" ADD CONSTRAINT "address_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows is written by hand: rules that Prisma's schema cannot state.

ALTER TABLE address
  ADD CONSTRAINT address_id_is_an_address_id CHECK (id ~ '^adr_[0-9a-f]{32}$'),
  ADD CONSTRAINT address_names_its_country CHECK (country ~ '^[A-Z]{2}$'),
  ADD CONSTRAINT address_phone_is_e164 CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
  -- concat_ws leaves out what is not there.
  ADD CONSTRAINT address_has_one_line_each CHECK (
    concat_ws('', name, company, line1, line2, district, city, subdivision, postal_code) !~ '[\x01-\x1f\x7f]'
    AND name <> '' AND line1 <> ''
  );

-- One default of each kind for a user.
CREATE UNIQUE INDEX address_one_default_for_shipping ON address (user_id) WHERE is_default_shipping;
CREATE UNIQUE INDEX address_one_default_for_billing ON address (user_id) WHERE is_default_billing;
