/** A secret that changes while the process runs, in the file that `X_FILE` names. */
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';

// 5 s: an operator who rotates a key can watch it, and it is one read of a small file.
const everyMs = 5_000;

export interface WatchedVariable {
  /** Looks now. */
  readonly check: () => Promise<void>;
  readonly close: () => void;
}

export interface WatchOptions<S extends z.ZodType> {
  readonly name: string;
  readonly schema: S;
  readonly onChange: (value: z.output<S>) => unknown;
  /** The file cannot be read, or is not what it should be: the value so far stays in use. Once for each such content. */
  readonly onFault: (sentence: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** By looking, not by notification: mounted secrets are swapped as links, and network file systems notify nobody. */
export const watchVariable = <S extends z.ZodType>(options: WatchOptions<S>): WatchedVariable => {
  const { name, schema, onChange, onFault, env = process.env } = options;
  const file = env[`${name}_FILE`];
  if (!file) return { check: async () => {}, close: () => {} };
  let seen: string | undefined;
  const check = async (): Promise<void> => {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => `cannot be read: ${error.code}`);
    if (text === seen) return;
    seen = text;
    const parsed = schema.safeParse(text.trim());
    // Not the content: it is a secret.
    if (!parsed.success) return onFault(`${name}_FILE: ${parsed.error.issues[0]?.message ?? 'is not usable'}`);
    await onChange(parsed.data);
  };
  const timer = setInterval(() => void check().catch((error: Error) => onFault(error.message)), everyMs).unref();
  return { check, close: () => clearInterval(timer) };
};
