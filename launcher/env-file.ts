/** `.env` beside package.json, for a developer's `npm start`: Docker Compose reads the same file. Pure but for the reading. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvFile {
  /** What the environment does not say itself. */
  readonly variables: Readonly<Record<string, string>>;
  /** For the developer: a file that changes something is never silent. */
  readonly sentence: string;
}

/** Undefined where there is none, and in tests, which must not depend on what lies about. */
export const envFile = (folder: string, env: Environment): EnvFile | undefined => {
  const file = path.join(folder, '.env');
  if (env.NODE_ENV === 'test' || !existsSync(file)) return undefined;
  // Editors on Windows begin a file with a mark that would else be part of the first name.
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  const said = Object.entries(parseEnv(text)).filter(hasValue);
  // A deployment says what it means in its own environment; a file that lies about may be anybody's. That it is for
  // production is all that is taken from it then: without, this would be development, demo accounts and all.
  const profile = env.PROFILE || Object.fromEntries(said).PROFILE;
  if (profile === 'production')
    return env.PROFILE
      ? { variables: {}, sentence: 'Did not read .env: PROFILE is production.' }
      : { variables: { PROFILE: profile }, sentence: 'Read .env: PROFILE, and nothing else, since it is production.' };
  const [fresh, known] = [said.filter(([name]) => !env[name]), said.filter(([name]) => env[name])];
  const names = (entries: typeof said): string => entries.map(([name]) => name).join(', ') || 'nothing';
  const kept = known.length > 0 ? `; of the shell's own: ${names(known)}` : '';
  return { variables: Object.fromEntries(fresh), sentence: `Read .env: ${names(fresh)}${kept}` };
};

const hasValue = (entry: [string, string | undefined]): entry is [string, string] => Boolean(entry[1]);
