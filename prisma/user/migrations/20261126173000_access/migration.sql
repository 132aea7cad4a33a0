-- Roles become rows, so that a shop can add its own; API keys; the audit log.

-- The enum has the name of the table to come.
-- live: no release has it yet, so no process of an older one asks for it.
ALTER TYPE "role" RENAME TO "built_in_role";

-- CreateTable
CREATE TABLE "role" (
    "name" TEXT NOT NULL,
    "permissions" TEXT[],
    "is_built_in" BOOLEAN NOT NULL DEFAULT false,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "role_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "user_role" (
    "user_id" TEXT NOT NULL,
    "role_name" TEXT NOT NULL,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_role_pkey" PRIMARY KEY ("user_id","role_name")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "permissions" TEXT[],
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "details" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "user_role_role_name_user_id_idx" ON "user_role"("role_name", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE INDEX "audit_entry_actor_id_id_idx" ON "audit_entry"("actor_id", "id");

-- CreateIndex
CREATE INDEX "audit_entry_subject_id_id_idx" ON "audit_entry"("subject_id", "id");

-- CreateIndex
CREATE INDEX "audit_entry_customer_id_id_idx" ON "audit_entry"("customer_id", "id");

-- AddForeignKey
ALTER TABLE "user_role" ADD CONSTRAINT "user_role_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_role" ADD CONSTRAINT "user_role_role_name_fkey" FOREIGN KEY ("role_name") REFERENCES "role"("name") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- What follows is written by hand: the roles that there were, and rules that Prisma's schema cannot state.

INSERT INTO role (name, permissions, is_built_in, updated_at)
VALUES ('STAFF', '{}', true, now()), ('ADMIN', '{}', true, now());

-- Everybody is a CUSTOMER, so that is not written down.
INSERT INTO user_role (user_id, role_name, granted_at)
SELECT DISTINCT id, held::text, created_at FROM user_account, unnest(roles) AS held WHERE held <> 'CUSTOMER';

-- live: no release has it yet, so no process of an older one asks for it.
ALTER TABLE user_account DROP COLUMN roles;
DROP TYPE built_in_role;

ALTER TABLE role
  ADD CONSTRAINT role_name_is_in_capitals CHECK (name ~ '^[A-Z][A-Z0-9_]{1,39}$'),
  ADD CONSTRAINT role_built_in_has_no_permissions_here CHECK (NOT is_built_in OR permissions = '{}'),
  ADD CONSTRAINT role_permissions_are_not_null CHECK (permissions IS NOT NULL);

ALTER TABLE api_key
  ADD CONSTRAINT api_key_id_is_one CHECK (id ~ '^key_[0-9a-f]{32}$'),
  ADD CONSTRAINT api_key_is_hashed CHECK (hash ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT api_key_name_is_not_blank CHECK (btrim(name) <> ''),
  ADD CONSTRAINT api_key_may_do_something CHECK (cardinality(permissions) > 0);

-- What staff search users by: the beginning of the address, whatever the database's collation (it is in lower case already,
-- but of an index on the column alone Prisma would want to know),
-- live: no shop has accounts by the million yet.
CREATE INDEX user_account_email_prefix ON user_account (lower(email) text_pattern_ops);

-- and the beginning of a word of the name; 'simple' knows no language, so names of all of them are found.
-- live: no shop has accounts by the million yet.
CREATE INDEX user_account_name_words ON user_account USING gin (to_tsvector('simple', display_name));

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
