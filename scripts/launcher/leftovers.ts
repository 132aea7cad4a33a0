import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandLine, signalProcess, waitForExit } from '../system/processes.ts';

type Entry = { pid: number; command: string };

export type ProcessList = ReturnType<typeof processList>;

/** A list, on disk, of the processes that a launcher started: a killed one cannot end them, but its successor can. */
export const processList = (folder: string) => {
  const file = path.join(folder, 'processes.json');
  const entries = new Map<string, Entry>();

  return {
    /** Synchronously: between the start of a process and its entry there is as little time as possible. */
    add: (name: string, pid: number): void => {
      entries.set(name, { pid, command: commandLine(pid) ?? '' });
      writeFileSync(`${file}.new`, JSON.stringify([...entries.values()]));
      renameSync(`${file}.new`, file);
    },
    clear: (): void => rmSync(file, { force: true }),
    /** Kills what an earlier launcher left running; returns how many there were. Our data is safe: they are made to be killed. */
    endLeftovers: async (): Promise<number> => {
      const leftovers = readEntries(file).filter(({ pid, command }) => command !== '' && commandLine(pid) === command);
      for (const { pid } of leftovers) signalProcess(pid, 'SIGKILL');
      await Promise.all(leftovers.map(({ pid }) => waitForExit(pid, 5_000)));
      return leftovers.length;
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
