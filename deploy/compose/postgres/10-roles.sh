#!/bin/sh
# Run by the server's image when the volume is new: creates the database with its owner (the service, not a superuser) and the
# read-only auditor role.
set -eu

psql -v ON_ERROR_STOP=1 --no-psqlrc --username postgres --dbname postgres \
  --set name="$OWNER" \
  --set owner_password="$(cat /run/agora/OWNER_PASSWORD)" \
  --set auditor_password="$(cat /run/agora/AUDITOR_PASSWORD)" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'owner_password';
CREATE ROLE auditor LOGIN PASSWORD :'auditor_password' IN ROLE pg_read_all_data;
ALTER ROLE auditor SET default_transaction_read_only = on;
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1, :"name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"name" TO auditor;
SQL
