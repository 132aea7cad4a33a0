import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bornAt, signalProcess, waitForExit } from './processes.ts';

type Entry = { name: string; pid: number; born: string | undefined };

export type ProcessList = ReturnType<typeof processList>;

/** A list, on disk, of the processes that a launcher started: a killed one cannot end them, but its successor can. */
export const processList = (folder: string) => {
  const file = path.join(folder, 'processes.json');
  const entries = new Map<string, Entry>();

  return {
    /** Synchronously: between the start of a process and its entry there is as little time as possible. */
    add: (name: string, pid: number): void => {
      entries.set(name, { name, pid, born: bornAt(pid) });
      writeFileSync(`${file}.new`, JSON.stringify([...entries.values()]));
      renameSync(`${file}.new`, file);
    },
    clear: (): void => rmSync(file, { force: true }),
    /** Kills what an earlier launcher left running; returns the names. No data is lost: all of them are made to be killed. */
    endLeftovers: async (): Promise<string[]> => {
      const leftovers = readEntries(file).filter(({ pid, born }) => born !== undefined && bornAt(pid) === born);
      for (const { pid } of leftovers) signalProcess(pid, 'SIGKILL');
      await Promise.all(leftovers.map(({ pid }) => waitForExit(pid, 5_000)));
      return leftovers.map(({ name }) => name);
    },
  };
};

const readEntries = (file: string): Entry[] => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Entry[];
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fault;
  }
};
