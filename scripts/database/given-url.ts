import { readFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The address of a subgraph's database as the environment gives it: `<NAME>_DATABASE_URL`, or what the file holds that
 * `<NAME>_DATABASE_URL_FILE` names (a mounted secret). Throws when there is no such file.
 */
export const givenUrl = (env: Environment, subgraph: string): string | undefined =>
  given(env, `${subgraph.toUpperCase()}_DATABASE_URL`);

/** The one past a pooler in transaction mode (`<NAME>_DATABASE_DIRECT_URL`), for what needs its connection to itself. */
export const givenDirectUrl = (env: Environment, subgraph: string): string | undefined =>
  given(env, `${subgraph.toUpperCase()}_DATABASE_DIRECT_URL`);

const given = (env: Environment, variable: string): string | undefined => {
  const file = env[`${variable}_FILE`];
  return (file ? readFileSync(file, 'utf8').trim() : env[variable]) || undefined;
};
