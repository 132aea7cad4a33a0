import { readFileSync, statSync } from 'node:fs';
import { chmod, chown, stat } from 'node:fs/promises';
import path from 'node:path';

/** The account that runs PostgreSQL: `{}` is the current one. PostgreSQL refuses to be run by root, so root lends it another. */
export type RunAs = { uid?: number; gid?: number };

/**
 * The user that runs the server: nobody (or postgres) when we are root, else our own. With a group of its own:
 * other daemons run as nobody, too, and the group is what lets the server into a folder that is closed to them (`closeTo`).
 */
export const databaseAccount = (): RunAs => {
  if (process.getuid?.() !== 0) return {};
  // initdb asks the system for the account's name, so the number has to exist; both are on every Debian, Alpine and macOS.
  const accounts = numbersIn('/etc/passwd');
  const uid = accounts.get('nobody') ?? accounts.get('postgres');
  if (uid === undefined) {
    throw new Error(
      'PostgreSQL cannot run as root, and this system has no account "nobody" or "postgres" to run it as.',
    );
  }
  return { uid, gid: unusedGroup(new Set(numbersIn('/etc/group').values())) };
};

/** Names and numbers of the system's accounts or groups. */
const numbersIn = (file: string): ReadonlyMap<string, number> =>
  new Map(
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , id]) => [name, Number(id)]),
  );

// 61,000: above what `useradd` gives people and daemons, below what systemd gives to its own.
const firstOfOurGroups = 61_000;

const unusedGroup = (taken: ReadonlySet<number>): number => {
  let group = firstOfOurGroups;
  while (taken.has(group)) group += 1;
  return group;
};

/** Whether that account can reach the path: every folder above it must let it through. */
export const reachableFor = ({ uid, gid }: RunAs, target: string): boolean => {
  if (uid === undefined) return true;
  for (let folder = path.resolve(target); ; folder = path.dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    const passing = stat?.uid === uid ? 0o100 : stat?.gid === gid ? 0o010 : 0o001;
    if (stat && (stat.mode & passing) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
};

/**
 * Lets that account pass through the folder, and of the others only the owner. A folder that others may write to is not
 * ours alone: that one just lets everybody through.
 */
export const closeTo = async ({ gid }: RunAs, folder: string): Promise<void> => {
  if (gid === undefined) return;
  const { uid, mode } = await stat(folder);
  if (mode & 0o002) return chmod(folder, mode | 0o011);
  await chown(folder, uid, gid);
  await chmod(folder, (mode & ~0o077) | 0o010);
};

/** Gives a file or folder to that account. */
export const giveTo = async (target: string, { uid, gid }: RunAs): Promise<void> => {
  if (uid !== undefined && gid !== undefined) await chown(target, uid, gid);
};
