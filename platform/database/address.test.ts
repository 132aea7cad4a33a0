import { describe, expect, it } from 'vitest';
import { databaseAddress, databaseAddressFault } from './address.ts';
import pg from './pg.ts';

describe('the address of a database', () => {
  it.each([
    ['postgresql://u:p@db.internal:6432/shop', 'db.internal', '6432', 'shop'],
    ['postgres://u@127.0.0.1/shop', '127.0.0.1', '5432', 'shop'],
    ['postgresql://u:p@[::1]:5433/shop?sslmode=disable', '::1', '5433', 'shop'],
    ['postgresql://u:7%2FKx9+%40%3A%23%3F%25@host/shop', 'host', '5432', 'shop'],
    ['postgresql://u:p@/shop?host=/var/run/postgresql&port=5433', '/var/run/postgresql', '5433', 'shop'],
    ['postgresql://u:p@/shop?schema=x&host=/var/run/postgresql', '/var/run/postgresql', '5432', 'shop'],
    ['postgresql://u:p@%2Fvar%2Frun%2Fpostgresql/shop', '/var/run/postgresql', '5432', 'shop'],
    ['postgresql://shop:p@host', 'host', '5432', 'shop'],
  ])('%s is read as node-postgres reads it', (text, host, port, database) => {
    const address = databaseAddress(text);
    expect({ ...address, host: address.host.replace(/^\[(.*)\]$/, '$1') }).toMatchObject({ host, port, database });
    const read = new pg.Client({ connectionString: address.connectionString });
    expect({ host: read.host, port: String(read.port), database: read.database }).toEqual({ host, port, database });
  });

  it('has a schema, which is public where it names none', () => {
    expect(databaseAddress('postgresql://u:p@h/d').schema).toBe('public');
    const named = databaseAddress('postgresql://u:p@h/d?sslmode=disable&schema=shop');
    expect(named).toMatchObject({ schema: 'shop', connectionString: 'postgresql://u:p@h/d?sslmode=disable' });
  });

  it.each([
    ['postgresql://u:7/Kx9+SECRET@host/db', /percent-encoded .*%2F/],
    ['postgresql://u:SEC?RET@host/db', /percent-encoded/],
    ['postgresql://u:SEC#RET@host/db', /percent-encoded/],
    ['postgresql://u:SEC@RET@host/db', /percent-encoded/],
    ['postgresql://u:SEC:RET@host/db', /more than one :/],
    ['postgresql://u:SECRET%@host/db', /a % itself is %25/],
    ['postgresql://u:SECRET%ff@host/db', /a % itself is %25/],
    ['postgresql://u:SEC RET@host/db', /percent-encoded/],
    ['"postgresql://u:SECRET@host/db"', /without quotes/],
    ['mysql://u:SECRET@host/db', /must begin with postgresql/],
    ['host=db password=SECRET', /must begin with postgresql/],
    ['postgresql://u:SECRET@a:5432,b:5432/db', /several hosts/],
    ['postgresql://u:SECRET@/db', /a socket: .*@\/database\?host=/],
    ['postgresql://u:SECRET@:5433/db?host=/run', /&port=/],
    ['postgresql://u:SECRET@host/db?host=/run', /host twice/],
    ['postgresql://u:SECRET@host:5432/db?port=5433', /port twice/],
    ['postgresql://u:SECRET@host:99999/db', /between 1 and 65535/],
    ['postgresql://u:SECRET@host:SECRET/db', /must be postgresql/],
    ['postgresql://u:SECRET@host/db/SECRET', /must be postgresql/],
    ['postgresql://u:p@host/db?SECRET=1', /none of schema, host/],
    ['postgresql://u:p@host/db?options=-c%20SECRET', /none of schema, host/],
    ['postgresql://u:p@host/db?sslmode=SECRET', /sslmode that is none of/],
    ['postgresql://u:p@host/db?sslrootcert=/SECRET', /sslrootcert that cannot be read \(ENOENT\)/],
    ['postgresql://u:p@host/db?schema=SEC-RET', /a schema whose name/],
    ['postgresql://u:p@host/db?schema=a&schema=SECRET', /twice/],
  ])('%s is refused, and nothing of it is told', (text, why) => {
    const fault = databaseAddressFault(text);
    expect(fault).toMatch(why);
    expect(fault).not.toMatch(/SEC|RET|Kx9/);
    expect(() => databaseAddress(text)).toThrow(`The address of a database ${fault}`);
  });
});
