/** The databases of the release before become those of this one, with everything that is in them. */
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { temporaryCluster } from '#launcher/postgres/temporary.ts';
import { type SubgraphName, subgraphNames } from '#ops/services.ts';
import { otherDatabase, withClient } from '#platform/database/client.ts';
import { applyMigrations, readMigration } from '#platform/database/migrations.ts';
import { findDrift } from '../../database/drift.ts';
import { type Server, withReplay } from '../../database/replay.ts';
import { breach, type Check, type Finding } from '../check.ts';
import { counts, dump, load, packed, type ReleasedData, unpacked } from '../rules/released-data.ts';
import { runsOf } from '../rules/runs.ts';
import { root, type World } from '../world.ts';

export const databases: Check = {
  name: 'databases',
  title: "Migrations make what the Prisma schemas say, and carry the last release's data over without losing a row.",
  needs: 'system',
  run: async (world) => {
    const server = await temporaryCluster();
    try {
      return (await Promise.all(subgraphNames.map((name) => examined(server, name, releasedData(world, name))))).flat();
    } finally {
      await server.stop();
    }
  },
  accept: async (world) => {
    await runsOf(world);
    const { databaseUrls } = await world.system();
    const told = subgraphNames.map(async (name) => {
      const data = await withClient(databaseUrls[name], dump);
      world.baseline.write(fileOf(name), packed(data));
      const rows = Object.values(data.tables).reduce((sum, table) => sum + table.length, 0);
      return `${name}: ${rows} rows after ${Object.keys(data.migrations).length} migrations`;
    });
    return await Promise.all(told);
  },
};

const fileOf = (name: SubgraphName): string => `data/${name}.json.gz`;

const releasedData = ({ baseline }: World, name: SubgraphName): ReleasedData | undefined => {
  const bytes = baseline.readBytes(fileOf(name));
  return bytes && unpacked(bytes);
};

const examined = async (server: Server, name: SubgraphName, released: ReleasedData | undefined): Promise<Finding[]> => {
  const folder = path.join(root, 'prisma', name);
  const drift = await findDrift(server, folder);
  const drifted =
    drift === undefined
      ? []
      : [
          breach(
            `prisma/${name}/schema.prisma`,
            `has what no migration makes: ${drift}`,
            `npm run db -- ${name} dev --name …`,
          ),
        ];
  if (!released)
    return [
      ...drifted,
      breach(fileOf(name), 'There is no data of the last release.', 'npm run contracts:accept -- databases'),
    ];
  return [
    ...drifted,
    ...(await upgraded(server, `prisma/${name}/migrations`, path.join(folder, 'migrations'), released)),
  ];
};

/** Applies what was released, loads the data, applies the rest. */
export const upgraded = async (
  server: Server,
  at: string,
  migrations: string,
  released: ReleasedData,
): Promise<Finding[]> => {
  const edited = await editedMigrations(migrations, released);
  if (edited.length > 0)
    return edited.map((name) =>
      breach(
        `${at}/${name}`,
        'was released, and has been edited or taken away since: databases that applied it differ.',
        'Restore it, and write another migration.',
      ),
    );
  const before = await mkdtemp(path.join(tmpdir(), 'agora-released-'));
  try {
    for (const name of Object.keys(released.migrations))
      await cp(path.join(migrations, name), path.join(before, name), { recursive: true });
    await mkdir(before, { recursive: true });
    return await withReplay(server, before, async (url) => {
      const database = new URL(url).pathname.slice(1);
      await withClient(otherDatabase(server.superuserUrl, database), (client) => load(client, released));
      try {
        await applyMigrations(url, migrations);
      } catch (error) {
        return [
          breach(
            at,
            `cannot be applied to the data of the last release: ${(error as Error).message}`,
            'Think of the rows that are there: a default, a backfill, NOT VALID.',
          ),
        ];
      }
      return lost(at, released, await withClient(url, counts));
    });
  } finally {
    await rm(before, { recursive: true, force: true });
  }
};

const editedMigrations = async (folder: string, { migrations }: ReleasedData): Promise<string[]> => {
  const present = new Set(await readdir(folder));
  const edited = await Promise.all(
    Object.entries(migrations).map(async ([name, checksum]) => {
      if (!present.has(name)) return [name];
      const here = await readMigration(path.join(folder, name, 'migration.sql'));
      return here.checksum === checksum ? [] : [name];
    }),
  );
  return edited.flat();
};

const lost = (at: string, { tables }: ReleasedData, after: Readonly<Record<string, number>>): Finding[] =>
  Object.entries(tables)
    .filter(([name, rows]) => name in after && (after[name] ?? 0) < rows.length)
    .map(([name, rows]) =>
      breach(
        at,
        `leave ${after[name]} of ${rows.length} rows in ${name}.`,
        'A migration must not delete what it does not replace.',
      ),
    );
