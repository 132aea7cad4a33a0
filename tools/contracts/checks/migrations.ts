/** A deploy changes the databases while the release before is still serving from them. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { breach, type Check, type Finding } from '../check.ts';
import { hazardsOf } from '../rules/live-migration.ts';
import { root } from '../world.ts';

export const migrations: Check = {
  name: 'migrations',
  title:
    'Each migration can be applied to a large table in use: no rewrite, no long lock, nothing the old release needs.',
  needs: 'files',
  run: async () => {
    const files = globSync('prisma/*/migrations/*/migration.sql', { cwd: root }).toSorted();
    if (files.length === 0) return [breach('prisma/', 'has no migrations.', 'Did a folder move?')];
    return (
      await Promise.all(files.map((file) => findingsIn(file, readFileSync(path.join(root, file), 'utf8'))))
    ).flat();
  },
};

export const findingsIn = async (file: string, sql: string): Promise<Finding[]> => {
  try {
    return (await hazardsOf(sql)).map(({ what, line, wayOut }) => breach(`${file}:${line}`, `${what}.`, wayOut));
  } catch (error) {
    return [breach(file, `cannot be parsed: ${(error as Error).message}`, 'Correct the SQL.')];
  }
};
