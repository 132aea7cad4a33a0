/** npm run keys: the keys that access tokens are signed with. See `usage`. */
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readDataSecrets, writeDataSecrets } from './secrets/data-folder.ts';
import { keep } from './secrets/keep.ts';
import { described, formatKeys, parseKeys, publishedForMinutes, retire, rotate } from './secrets/signing-keys.ts';

const name = 'ACCESS_TOKEN_KEYS';

const usage = `Usage: npm run keys -- <list|rotate|retire> [<options>]
  Changes the keys of access tokens without signing anyone out. The user service reads its file again within seconds: no restart.
  list                 the keys, and what each is for
  rotate               adds a key, which is published at once and signs in ${publishedForMinutes} minutes
    --in <minutes>     … in so many minutes
    --at-once          … now: for a key that is compromised. Then: retire --kid <that key>
  retire               removes the keys whose last token has expired
    --kid <kid>        … this one, with all access tokens that it signed; clients refresh their sessions
  Where the keys are:
  --data <folder>      of npm start (default .data)
  --store <folder> --to <folder>   of Compose: docker compose run --rm secrets node ops/keys.ts rotate --store /store --to /secrets
  --file <file>        a file of your own, which a secret of Kubernetes is made of (docs/runbook.md)
Prints key ids, never keys.`;

interface KeyPlace {
  readonly read: () => Promise<string>;
  /** Says that others can read the keys. */
  readonly warn?: () => void;
  /** Closes them to others. Only what has turned out to be keys: `--file` may name anything. */
  readonly close?: () => void;
  readonly write: (text: string) => Promise<void>;
}

const inData = (folder: string): KeyPlace => ({
  read: async () => {
    if (process.env[name] || process.env[`${name}_FILE`])
      throw new Error(`${name} is set in the environment, so npm start does not use ${folder}: give --file.`);
    const keys = (await readDataSecrets(folder)).variables?.[name];
    if (!keys) throw new Error(`${folder} has no keys yet: npm start makes them.`);
    return keys;
  },
  write: async (text) => {
    const secrets = await readDataSecrets(folder);
    await writeDataSecrets(folder, { ...secrets, variables: { ...secrets.variables, [name]: text } });
  },
});

const inCompose = (store: string, target: string): KeyPlace => {
  const [master, copy] = [path.join(store, name), path.join(target, 'user', name)];
  return {
    read: async () => {
      const keys = existsSync(master) ? readFileSync(master, 'utf8') : undefined;
      if (!keys || (existsSync(copy) && readFileSync(copy, 'utf8') !== keys))
        throw new Error(`${name} was given, not made up: change what you gave (--file), then docker compose up -d.`);
      return keys;
    },
    write: async (text) => {
      await keep(master, text, { mode: 0o600, isOnlyCopy: true });
      await keep(copy, text, { mode: 0o444, isOnlyCopy: false });
    },
  };
};

const isOpen = (file: string): boolean => (statSync(file).mode & 0o077) !== 0;

const inFile = (file: string): KeyPlace => ({
  read: async () => readFileSync(file, 'utf8'),
  warn: () => {
    if (isOpen(file)) console.error(`${file} can be read by others; rotate closes it to them.`);
  },
  close: () => {
    if (!isOpen(file)) return;
    chmodSync(file, 0o600);
    console.error(`${file} could be read by others; only its owner can now.`);
  },
  write: async (text) => void (await keep(file, text, { mode: 0o600, isOnlyCopy: true })),
});

const minutesOf = (text: string): number => {
  const minutes = Number(text);
  if (!Number.isInteger(minutes) || minutes < 0 || minutes > 1_440) throw new Error(`--in ${text}: 0 to 1440 minutes`);
  return minutes;
};

type Keys = ReturnType<typeof parseKeys>;
interface Options {
  readonly minutes: number;
  readonly kid: string | undefined;
}

const commands = {
  list: (keys: Keys) => keys,
  rotate: (keys: Keys, now: Date, { minutes }: Options) => rotate(keys, now, minutes),
  retire: (keys: Keys, now: Date, { kid }: Options) => retire(keys, now, kid),
};

const run = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string', default: path.resolve(import.meta.dirname, '../.data') },
      store: { type: 'string' },
      to: { type: 'string' },
      file: { type: 'string' },
      in: { type: 'string', default: String(publishedForMinutes) },
      'at-once': { type: 'boolean', default: false },
      kid: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, ...others] = positionals;
  if (values.help) return console.log(usage);
  if (!command || others.length > 0 || Boolean(values.store) !== Boolean(values.to)) throw new Error(usage);
  if (!(command in commands)) throw new Error(usage);
  const { store, to, file } = values;
  const place = file ? inFile(file) : store && to ? inCompose(store, to) : inData(values.data);
  const keys = parseKeys(await place.read());
  if (command === 'list') place.warn?.();
  else place.close?.();
  const now = new Date();
  const minutes = values['at-once'] ? 0 : minutesOf(values.in);
  const changed = commands[command as keyof typeof commands](keys, now, { minutes, kid: values.kid });
  if (changed.length !== keys.length) await place.write(formatKeys(changed));
  else if (command === 'retire') console.log('Nothing to retire yet.');
  for (const line of described(changed, now)) console.log(line);
};

await run().catch((fault: Error) => {
  console.error(fault.message);
  process.exitCode = 1;
});
