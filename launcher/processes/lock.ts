import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bornAt } from './processes.ts';

type Holder = { pid: number; born: string };

// Writing a hundred bytes and deleting a file take milliseconds; who needs longer was killed in the middle.
const unfinishedAfterMs = 2_000;

/**
 * Makes this process the only launcher of a data folder; returns what gives it up again.
 * A lock whose holder is dead, or whose number belongs to another process by now, does not count.
 */
export const lockFolder = async (folder: string): Promise<() => Promise<void>> => {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'launcher.lock');
  const mine: Holder = { pid: process.pid, born: bornAt(process.pid) ?? '' };
  for (;;) {
    if (await create(file, JSON.stringify(mine))) return () => rm(file, { force: true });
    const holder = await holderOf(file);
    if (holder && bornAt(holder.pid) === holder.born) {
      throw new Error(
        `Agora is already running on ${folder} (process ${holder.pid}). Stop it, or choose another folder with --data.`,
      );
    }
    await removeIfDead(file);
  }
};

/** One at a time, and after another look: a slow starter must not remove the lock of a quick one, who has just taken over. */
const removeIfDead = async (file: string): Promise<void> => {
  const takeover = `${file}.takeover`;
  if (!(await create(takeover, ''))) {
    if ((await ageMs(takeover)) > unfinishedAfterMs) await rm(takeover, { force: true });
    return void (await sleep(10));
  }
  try {
    const holder = await holderOf(file);
    const isDead = holder ? bornAt(holder.pid) !== holder.born : (await ageMs(file)) > unfinishedAfterMs;
    if (isDead) await rm(file, { force: true });
  } finally {
    await rm(takeover, { force: true });
  }
};

const create = async (file: string, text: string): Promise<boolean> => {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw fault;
  }
};

/** Undefined for a file that is gone, being written, or was left half-written. */
const holderOf = async (file: string): Promise<Holder | undefined> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
};

const ageMs = async (file: string): Promise<number> => {
  const found = await stat(file).catch(() => undefined);
  return found ? Date.now() - found.mtimeMs : 0;
};
