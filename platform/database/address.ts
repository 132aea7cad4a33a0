/**
 * `*_DATABASE_URL`. Read here before every connection: what two parsers would read differently, or what is half a password
 * taken for a host, is refused.
 */
import { accessSync, constants } from 'node:fs';
import { addressReader, refuse } from '../config/address-fault.ts';

export interface DatabaseAddress {
  /** A name, an address, or the directory of a socket. */
  readonly host: string;
  readonly port: string;
  readonly database: string;
  /** Where the tables are (`?schema=`). */
  readonly schema: string;
  /** For node-postgres, which knows no `schema` parameter. */
  readonly connectionString: string;
}

const form = 'postgresql://user:password@host:port/database';
const socketForm = 'postgresql://user:password@/database?host=/directory';
const encoding =
  'in user name and password the characters / ? # @ : % have to be percent-encoded (%2F %3F %23 %40 %3A %25)';

const parts = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^@/?#]*))?(?:\?([^@?#]*))?$/;
const hostAndPort = /^(\[[\da-f:.]+\]|[\w.-]+|%2f[\w.%-]*)?(?::(\d{1,5}))?$/i;

const modes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const files = ['sslrootcert', 'sslcert', 'sslkey'];
// Other parameters that node-postgres reads (`options`, time-outs) would override our own settings.
const known = ['schema', 'host', 'port', 'sslmode', ...files, 'sslnegotiation', 'uselibpqcompat'];

const parse = (text: string): DatabaseAddress => {
  if (!/^postgres(ql)?:\/\//.test(text))
    refuse('must begin with postgresql:// or postgres://, without quotes around it');
  if (/[\s\p{Cc}"<>\\^`{|}]/u.test(text)) refuse(`has a space, quote or bracket in it that has to be percent-encoded`);
  if (!isEncoded(text)) refuse('has a % that is not followed by two hexadecimal digits of UTF-8: a % itself is %25');
  const [, login = '', place = '', database, query = ''] = parts.exec(text) ?? refuse(`must be ${form}; ${encoding}`);
  if (login.split(':').length > 2) refuse(`has more than one : before the @; ${encoding}`);
  if (place.includes(','))
    refuse('names several hosts, of which node-postgres takes one: name what leads to the primary');
  const [, host, port] = hostAndPort.exec(place) ?? refuse(`must be ${form}; ${encoding}`);
  const parameters = parametersOf(query);
  const socket = parameters.get('host');
  if (host && socket) refuse('names its host twice, before the database and as ?host=');
  if (port && parameters.has('port')) refuse('names its port twice, before the database and as ?port=');
  if (socket?.includes(',')) refuse('names several hosts, of which node-postgres takes one');
  if (!host && (!socket || database === undefined || port))
    refuse(`must name a host: ${form}, or a socket: ${socketForm} (and &port= if it is not 5432)`);
  const number = Number(port ?? parameters.get('port') ?? 5432);
  if (!(number >= 1 && number <= 65_535)) refuse('has a port that is not between 1 and 65535');
  return {
    host: decodeURIComponent(host ?? socket ?? ''),
    port: String(number),
    // PostgreSQL's own default.
    database: decodeURIComponent(database || (login.split(':')[0] ?? '')),
    schema: parameters.get('schema') ?? 'public',
    connectionString: withoutSchema(text),
  };
};

const isEncoded = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

const parametersOf = (query: string): Map<string, string> => {
  const pairs = [...new URLSearchParams(query)];
  const parameters = new Map(pairs);
  if (parameters.size < pairs.length) refuse('has a parameter twice');
  if (pairs.some(([name]) => !known.includes(name))) refuse(`has a parameter that is none of ${known.join(', ')}`);
  if (!modes.includes(parameters.get('sslmode') ?? 'disable'))
    refuse(`has an sslmode that is none of ${modes.join(', ')}`);
  if (!/^[a-z_][\w$]{0,62}$/i.test(parameters.get('schema') ?? 'public'))
    refuse('has a schema whose name is not of letters, digits and _');
  for (const name of files) if (parameters.has(name)) requireReadable(name, parameters.get(name) ?? '');
  return parameters;
};

const requireReadable = (name: string, file: string): void => {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    refuse(`names a file as ${name} that cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
};

const withoutSchema = (text: string): string => {
  const [address = '', query = ''] = text.split('?');
  const rest = query.split('&').filter((parameter) => !parameter.startsWith('schema='));
  return query && rest.length > 0 ? `${address}?${rest.join('&')}` : address;
};

export const { faultOf: databaseAddressFault, read: databaseAddress } = addressReader(
  'The address of a database',
  parse,
);
