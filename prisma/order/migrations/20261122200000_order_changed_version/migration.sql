-- The notice of a change says which version it made, so that a change that several processes pass on is known for one.
CREATE OR REPLACE FUNCTION notify_order_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('order_changed', NEW.id || ' ' || NEW.version);
  RETURN NULL;
END;
$$;
