import { readFileSync, statSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import path from 'node:path';

/** The account that runs PostgreSQL: `{}` is the current one. PostgreSQL refuses to be run by root, so root lends it another. */
export type RunAs = { uid?: number; gid?: number };

/** Who runs the server: nobody (or postgres) when we are root, else whoever we are. */
export const databaseAccount = (): RunAs => {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  // initdb asks the system for the account's name, so the number has to exist; both are on every Debian, Alpine and macOS.
  const account = ['nobody', 'postgres'].map((name) => accounts.find((fields) => fields[0] === name)).find(Boolean);
  const [, , uid, gid] = account ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error(
      'PostgreSQL cannot run as root, and this system has no account "nobody" or "postgres" to run it as.',
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
};

/** Whether that account can reach the path: every folder above it must let strangers through. */
export const reachableFor = (runAs: RunAs, target: string): boolean => {
  if (runAs.uid === undefined) return true;
  for (let folder = path.resolve(target); ; folder = path.dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (stat && stat.uid !== runAs.uid && (stat.mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
};

/** Gives a file or folder to that account. */
export const giveTo = async (target: string, { uid, gid }: RunAs): Promise<void> => {
  if (uid !== undefined && gid !== undefined) await chown(target, uid, gid);
};
