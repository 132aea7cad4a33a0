/**
 * The PostgreSQL client. Import it from here, not from the package, which fills gaps of an address from PG* variables
 * (PGSSLMODE, PGOPTIONS, PGHOST …). Those are a developer's own, for psql; our connections are defined by their addresses.
 */
import pg from 'pg';

for (const name of Object.keys(process.env)) if (/^PG[A-Z_]+$/.test(name)) delete process.env[name];

export default pg;
