-- The commands that still carry a payment method's token: what there is to erase is found without reading the history.
CREATE INDEX "outbox_message_payment_token" ON "outbox_message" ("position")
  WHERE "type" = 'payment.authorize' AND "data" ->> 'paymentMethodToken' <> 'erased';
