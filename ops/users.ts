/**
 * `npm run users -- grant | revoke | list`: who is staff, from the server itself: a shop gets its first administrator this
 * way. Needs production dependencies only: the service image runs it.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findDatabase } from './addresses.ts';
import { readEnvFile } from './env-file.ts';
import { databaseNames, subgraphs } from './services.ts';

const help = `usage: npm run users -- grant <role> <email>
       npm run users -- revoke <role> <email>
       npm run users -- list
  Roles are STAFF, ADMIN and those that the shop has made (mutation saveRole). The account is registered first, like
  any other. The database is found by USER_DATABASE_URL (or the file that USER_DATABASE_URL_FILE names); where neither is
  set, it is that of npm start.
  list         one line for everybody who has a role beside CUSTOMER
  --data DIR   whose database, when the environment names none (.data)
  exit code: 0 done, 1 not done or wrong arguments, 2 the database cannot be found or reached`;

/** A mistake in the arguments, or a refusal. */
class NotDone extends Error {}

interface Outcome {
  readonly ok: boolean;
  readonly sentence: string;
}

/** What the module that a descriptor names as `accounts` gives. */
interface Accounts {
  grant(email: string, role: string): Promise<Outcome>;
  revoke(email: string, role: string): Promise<Outcome>;
  list(): Promise<readonly string[]>;
  close(): Promise<void>;
}

type Work = (accounts: Accounts) => Promise<void>;

const workOf = ([command, role, email, ...more]: readonly string[]): Work => {
  if (command === 'list' && role === undefined)
    return async (accounts) => {
      const lines = await accounts.list();
      console.log(lines.length > 0 ? lines.join('\n') : 'nobody has a role beside CUSTOMER');
    };
  if ((command !== 'grant' && command !== 'revoke') || !role || !email || more.length > 0) throw new NotDone(help);
  return async (accounts) => {
    const { ok, sentence } = await accounts[command](email, role);
    if (!ok) throw new NotDone(sentence);
    console.log(sentence);
  };
};

const openAccounts = async (dataDir: string): Promise<Accounts> => {
  const keeper = subgraphs.find(({ accounts }) => accounts);
  const database = databaseNames.find((name) => name === keeper?.name);
  if (!keeper?.accounts || !database) throw new Error('no service keeps accounts');
  const module = (await import(path.resolve(import.meta.dirname, '..', keeper.accounts))) as {
    accounts: (databaseUrl: string) => Accounts;
  };
  return module.accounts(await findDatabase(process.env, dataDir, database));
};

const run = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { data: { type: 'string', default: '.data' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(help);
  const work = workOf(positionals);
  readEnvFile();
  const accounts = await openAccounts(values.data);
  try {
    await work(accounts);
  } finally {
    await accounts.close();
  }
};

await run().catch((error: Error & { code?: string }) => {
  console.error(error.message || String(error));
  process.exitCode = error instanceof NotDone || error.code?.startsWith('ERR_PARSE_ARGS') ? 1 : 2;
});
