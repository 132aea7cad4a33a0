-- The simulator is a service of its own by now, with its own database (ADR 45). It plays an outside system, in development only,
-- so what it remembers is not carried over: the payments of before stay in our ledger, and the audit compares the younger ones.
-- live: nothing of ours refers to this schema; only a worker of an older release, with a simulator inside, reads it.
DROP SCHEMA simulator CASCADE;
