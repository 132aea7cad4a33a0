/** Sees to it that a deployment has its secrets: given ones first, then those it has, then new ones. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { makeCertificate, needsRenewal } from './certificate.ts';
import { closeToOthers } from './data-folder.ts';
import { faultsOf } from './given.ts';
import { keep } from './keep.ts';
import { certificateNames, filesOf, knownNames, makers, optionalNames, type Secrets } from './table.ts';

export interface Provision {
  /** Keeps what was made, for the next start. Nobody else looks into it. */
  readonly store: string;
  /** Has a folder for each service, of which a service sees its own and no other. */
  readonly target: string;
  readonly given: Secrets;
  /** Whom the edge's certificate is for, when it is one of ours. */
  readonly hosts: readonly string[];
}

/** Names, never values. */
export interface Provided {
  readonly made: readonly string[];
  readonly given: readonly string[];
  /** Files of the store that others could read. */
  readonly closed: readonly string[];
  readonly files: number;
}

// The store is of this program alone.
const inStore = { mode: 0o600, isOnlyCopy: true };
// Each target is a volume that is mounted into one service, whose user may be any.
const inTarget = { mode: 0o444, isOnlyCopy: false };

export const provideSecrets = async ({ store, target, given, hosts }: Provision): Promise<Provided> => {
  const faults = [...faultsOf(given, knownNames), ...halfACertificate(given)];
  if (faults.length > 0) throw new Error(`The secrets that were given are not usable:\n  ${faults.join('\n  ')}`);
  mkdirSync(store, { recursive: true, mode: 0o700 });
  const closed = await closeToOthers(ownPaths(store));
  const made: string[] = [];
  const kept = async (name: string, make: () => string): Promise<string> => {
    const file = path.join(store, name);
    if (existsSync(file)) return readFileSync(file, 'utf8');
    const value = make();
    await keep(file, value, inStore);
    made.push(name);
    return value;
  };
  const secrets: Record<string, string> = {};
  for (const [name, make] of Object.entries(makers)) secrets[name] = given[name] ?? (await kept(name, make));
  for (const name of optionalNames) if (given[name]) secrets[name] = given[name];
  Object.assign(secrets, await certificate(store, given, hosts, made));
  return { made, given: Object.keys(given), closed, files: await write(target, secrets) };
};

const ownNames = new Set(
  [...Object.keys(makers), ...Object.values(certificateNames)].flatMap((name) => [name, `${name}.new`]),
);

/** The folder itself only when it has nothing of others: somebody may have named one that is in use. */
const ownPaths = (store: string): string[] => {
  const names = readdirSync(store);
  const own = names.filter((name) => ownNames.has(name));
  return [...(own.length === names.length ? [store] : []), ...own.map((name) => path.join(store, name))];
};

const write = async (target: string, secrets: Secrets): Promise<number> => {
  let files = 0;
  for (const [folder, contents] of Object.entries(filesOf(secrets)))
    for (const [name, content] of Object.entries(contents))
      if (await keep(path.join(target, folder, name), content, inTarget)) files += 1;
  return files;
};

const halfACertificate = (given: Secrets): string[] =>
  Boolean(given[certificateNames.cert]) === Boolean(given[certificateNames.key])
    ? []
    : [`${certificateNames.cert} and ${certificateNames.key}: give both or neither`];

const certificate = async (
  store: string,
  given: Secrets,
  hosts: readonly string[],
  made: string[],
): Promise<Secrets> => {
  const { cert, key } = certificateNames;
  if (given[cert] && given[key]) return { [cert]: given[cert], [key]: given[key] };
  const [certFile, keyFile] = [path.join(store, cert), path.join(store, key)];
  const isFit = existsSync(certFile) && existsSync(keyFile) && !needsRenewal(readFileSync(certFile, 'utf8'), hosts);
  if (!isFit) {
    const fresh = await makeCertificate(hosts);
    // The certificate last: its presence says that both are there.
    await keep(keyFile, fresh.key, inStore);
    await keep(certFile, fresh.cert, inStore);
    made.push(cert);
  }
  return { [cert]: readFileSync(certFile, 'utf8'), [key]: readFileSync(keyFile, 'utf8') };
};
