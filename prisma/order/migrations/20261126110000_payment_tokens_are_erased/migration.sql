-- The commands that still carry a payment method's token: what there is to erase is found without reading the history.
-- live: IF NOT EXISTS, so that on a large outbox it can be made CONCURRENTLY by hand before the deploy.
CREATE INDEX IF NOT EXISTS "outbox_message_payment_token" ON "outbox_message" ("position")
  WHERE "type" = 'payment.authorize' AND "data" ->> 'paymentMethodToken' <> 'erased';
