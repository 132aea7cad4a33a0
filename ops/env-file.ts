/** `.env` beside package.json, for `npm start` and the operators' commands on a developer's machine; Docker Compose reads it too. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvFile {
  /** Those that the environment does not set itself. */
  readonly variables: Readonly<Record<string, string>>;
  /** For the developer, who should see that the file has an effect. */
  readonly sentence: string;
}

/** Undefined where there is none, and in tests, which must not depend on it. */
export const envFile = (folder: string, env: Environment): EnvFile | undefined => {
  const file = path.join(folder, '.env');
  if (env.NODE_ENV === 'test' || !existsSync(file)) return undefined;
  // Editors on Windows write a byte order mark, which would become part of the first name.
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  const given = Object.entries(parseEnv(text)).filter(hasValue);
  // A deployment sets its own environment, and a stray file must not change it. Only that it is for production is taken from
  // the file: ignoring that would mean development, demo accounts included.
  const profile = env.PROFILE || Object.fromEntries(given).PROFILE;
  if (profile === 'production')
    return env.PROFILE
      ? { variables: {}, sentence: 'Did not read .env: PROFILE is production.' }
      : { variables: { PROFILE: profile }, sentence: 'Read .env: PROFILE, and nothing else, since it is production.' };
  const [fresh, known] = [given.filter(([name]) => !env[name]), given.filter(([name]) => env[name])];
  const names = (entries: typeof given): string => entries.map(([name]) => name).join(', ') || 'nothing';
  const kept = known.length > 0 ? `; of the shell's own: ${names(known)}` : '';
  return { variables: Object.fromEntries(fresh), sentence: `Read .env: ${names(fresh)}${kept}` };
};

const hasValue = (entry: [string, string | undefined]): entry is [string, string] => Boolean(entry[1]);

const root = path.resolve(import.meta.dirname, '..');

/**
 * Adds `.env` to this process's environment and returns the names that it took from there. Reports that on stderr, so that
 * the output of a command stays clean.
 */
export const readEnvFile = (
  report: (sentence: string) => void = console.error,
  folder = root,
  env = process.env,
): string[] => {
  const file = envFile(folder, env);
  if (!file) return [];
  Object.assign(env, file.variables);
  report(file.sentence);
  return Object.keys(file.variables);
};
