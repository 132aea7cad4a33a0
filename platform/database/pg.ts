/**
 * The PostgreSQL client. Everybody takes it from here and not from the package, because the package takes from the PG* variables
 * (PGSSLMODE, PGOPTIONS, PGHOST …) whatever an address leaves out. Those are a developer's own, for psql and the like: what our
 * connections need is said in their addresses.
 */
import pg from 'pg';

for (const name of Object.keys(process.env)) if (/^PG[A-Z_]+$/.test(name)) delete process.env[name];

export default pg;
