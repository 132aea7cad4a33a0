/** The databases that the environment names, for the programs that work on several; a service reads its own. */
import { z } from 'zod';
import { type SubgraphName, subgraphNames } from '#contracts/services.ts';
import { parseConfig, variable } from '#platform/config/config.ts';
import { databaseAddress } from '#platform/database/address.ts';

export interface GivenDatabase {
  /** The variable, for messages: nothing of its value is ever in one. */
  readonly variable: string;
  /** Perhaps through a pooler. */
  readonly url: string;
  /** Past it, for what needs its connection to itself; the same where the environment says no other. */
  readonly directUrl: string;
  /** They are not the same, so there is a pooler, which hands out connections as PostgreSQL makes them for the role. */
  readonly isPooled: boolean;
}

const variableOf = (subgraph: string): string => `${subgraph.toUpperCase()}_DATABASE_URL`;
const directVariableOf = (subgraph: string): string => `${subgraph.toUpperCase()}_DATABASE_DIRECT_URL`;

const variables = z.object(
  Object.fromEntries(
    subgraphNames
      .flatMap((name) => [variableOf(name), directVariableOf(name)])
      .map((name) => [name, variable.database().optional()]),
  ),
);

/** By `<NAME>_DATABASE_URL` and `…_DIRECT_URL`, or by the files that `…_FILE` names. Throws everything that is wrong with them. */
export const givenDatabases = (
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<SubgraphName, GivenDatabase> => {
  const parsed = parseConfig(variables, env);
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  const { config } = parsed;
  const faults: string[] = [];
  const given = new Map<SubgraphName, GivenDatabase>();
  for (const name of subgraphNames) {
    const url = config[variableOf(name)];
    const direct = config[directVariableOf(name)];
    if (url)
      given.set(name, {
        variable: direct ? directVariableOf(name) : variableOf(name),
        url,
        directUrl: direct ?? url,
        isPooled: direct !== undefined && direct !== url,
      });
    else if (direct) faults.push(`${directVariableOf(name)}: set, but ${variableOf(name)} is not`);
  }
  faults.push(...sharedDatabases(given));
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return given;
};

/** A schema for each in one database is not enough: a backup, a restore and a role's rights are of the whole database. */
const sharedDatabases = (given: ReadonlyMap<SubgraphName, GivenDatabase>): string[] => {
  const faults: string[] = [];
  const owners = new Map<string, string>();
  for (const { variable, directUrl } of given.values()) {
    const { host, port, database } = databaseAddress(directUrl);
    const place = JSON.stringify([host, port, database]);
    const owner = owners.get(place);
    if (owner) faults.push(`${variable}: names the same database as ${owner}; each service has one of its own`);
    else owners.set(place, variable);
  }
  return faults;
};
