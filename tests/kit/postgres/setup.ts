import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { temporaryCluster } from '#launcher/postgres/temporary.ts';
import { addressVariable, testRoles } from './postgres.ts';

/** Vitest global set-up: one server per run, shared by every project that needs one (they all run this file, the first one wins). */
export const setup = async (): Promise<(() => Promise<void>) | undefined> => {
  if (process.env[addressVariable]) return undefined;
  const cluster = await temporaryCluster();
  await ensureDatabases(cluster, testRoles);
  // The environment is how workers inherit it; a server given from outside in the same variable is used as it is.
  process.env[addressVariable] = cluster.superuserUrl;
  return cluster.stop;
};
