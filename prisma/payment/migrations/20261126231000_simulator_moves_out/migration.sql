-- The simulator is a service of its own by now, with its own database (ADR 45).
DROP SCHEMA simulator CASCADE;
