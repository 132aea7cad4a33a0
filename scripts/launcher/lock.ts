import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bornAt } from '../system/processes.ts';

type Holder = { pid: number; born: string };

/**
 * Makes this process the only launcher of a data folder; returns what gives it up again.
 * A lock whose holder is dead, or whose pid belongs to another program by now, does not count.
 */
export const lockFolder = async (folder: string): Promise<() => Promise<void>> => {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'launcher.lock');
  const mine = JSON.stringify({ pid: process.pid, born: bornAt(process.pid) ?? '' } satisfies Holder);
  for (;;) {
    try {
      await writeFile(file, mine, { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    }
    const held = await readFile(file, 'utf8').catch(() => '');
    const holder = parseHolder(held);
    if (holder && bornAt(holder.pid) === holder.born) {
      throw new Error(
        `Agora is already running on ${folder} (process ${holder.pid}). Stop it, or choose another folder with --data.`,
      );
    }
    await takeAway(file, held);
  }
};

/** By renaming, which only one of several can do; puts back what turns out to be another one's fresh lock. */
const takeAway = async (file: string, expected: string): Promise<void> => {
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
  } catch {
    return; // somebody else was faster
  }
  if ((await readFile(aside, 'utf8')) === expected) await rm(aside);
  else await rename(aside, file);
};

const parseHolder = (text: string): Holder | undefined => {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined; // its writer was killed in the middle
  }
};
