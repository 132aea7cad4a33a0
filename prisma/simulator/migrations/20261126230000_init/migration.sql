-- The payment simulator's database: an outside system, which no service of the shop can reach. Objects are as Stripe shows
-- them; what is only for the simulator itself has a comment.
CREATE TABLE payment_intent (
  id text PRIMARY KEY,
  -- Its place in lists, newest first.
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  created_at timestamptz NOT NULL,
  amount integer NOT NULL CHECK (amount > 0),
  currency text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
  status text NOT NULL CHECK (
    status IN ('requires_payment_method', 'requires_action', 'processing', 'requires_capture', 'succeeded', 'canceled')),
  amount_capturable integer NOT NULL DEFAULT 0 CHECK (amount_capturable >= 0),
  amount_received integer NOT NULL DEFAULT 0 CHECK (amount_received >= 0),
  payment_method text,
  customer text,
  metadata jsonb NOT NULL DEFAULT '{}',
  client_secret text NOT NULL,
  return_url text,
  is_off_session boolean NOT NULL DEFAULT false,
  last_payment_error jsonb,
  cancellation_reason text,
  canceled_at timestamptz,
  -- What the test token makes it do.
  token text NOT NULL,
  -- When one in processing settles.
  settles_at timestamptz,
  -- When the hold ends by itself.
  expires_at timestamptz,
  CHECK (amount_capturable + amount_received <= amount)
);
CREATE INDEX payment_intent_created ON payment_intent (created_at, position);
CREATE INDEX payment_intent_settles ON payment_intent (settles_at) WHERE status = 'processing';
CREATE INDEX payment_intent_expires ON payment_intent (expires_at) WHERE status = 'requires_capture';

CREATE TABLE refund (
  id text PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  created_at timestamptz NOT NULL,
  payment_intent text NOT NULL REFERENCES payment_intent,
  amount integer NOT NULL CHECK (amount > 0),
  status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed', 'canceled')),
  failure_reason text,
  reason text,
  metadata jsonb NOT NULL DEFAULT '{}',
  -- When a pending one settles.
  settles_at timestamptz
);
CREATE INDEX refund_payment_intent ON refund (payment_intent, position);
CREATE INDEX refund_settles ON refund (settles_at) WHERE status = 'pending';

CREATE TABLE dispute (
  id text PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  created_at timestamptz NOT NULL,
  payment_intent text NOT NULL REFERENCES payment_intent,
  amount integer NOT NULL CHECK (amount > 0),
  status text NOT NULL CHECK (status IN ('needs_response', 'won', 'lost')),
  reason text NOT NULL,
  due_by timestamptz NOT NULL
);
CREATE INDEX dispute_payment_intent ON dispute (payment_intent, position);

CREATE TABLE customer (
  id text PRIMARY KEY,
  created_at timestamptz NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE payment_method (
  id text PRIMARY KEY,
  created_at timestamptz NOT NULL,
  customer text REFERENCES customer,
  token text NOT NULL
);

-- The answer to each idempotency key, kept for 24 hours; no status while the first request with it is lost on its way.
CREATE TABLE idempotency_key (
  key text PRIMARY KEY,
  request text NOT NULL,
  status integer,
  body text,
  created_at timestamptz NOT NULL
);
CREATE INDEX idempotency_key_created ON idempotency_key (created_at);

-- Faults that happen once, and have.
CREATE TABLE fault_done (
  subject text PRIMARY KEY,
  created_at timestamptz NOT NULL
);

-- What really happened to money, append-only; tests and the audit hold the shop's ledger against it.
CREATE TABLE effect (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference text NOT NULL REFERENCES payment_intent,
  kind text NOT NULL CHECK (kind IN (
    'AUTHORIZATION', 'VOID', 'EXPIRY', 'CAPTURE', 'REFUND', 'REFUND_REVERSAL', 'DISPUTE', 'DISPUTE_REVERSAL')),
  amount integer NOT NULL CHECK (amount > 0),
  at timestamptz NOT NULL
);
CREATE INDEX effect_reference ON effect (reference COLLATE "C", id);

CREATE TABLE webhook (
  event text NOT NULL,
  copy integer NOT NULL,
  body text NOT NULL,
  due_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  delivered_at timestamptz,
  PRIMARY KEY (event, copy)
);
CREATE INDEX webhook_due ON webhook (due_at) WHERE delivered_at IS NULL;
