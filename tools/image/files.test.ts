import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { developmentPackages, imageFiles, programs } from './files.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('the files of the image', () => {
  it('are those that a program imports, and of its packages what they load', async () => {
    const { sources, packages } = await imageFiles(root, ['ops/migrate.ts']);
    expect(sources).toEqual(
      expect.arrayContaining(['ops/migrate.ts', 'platform/database/migrations.ts', 'ops/services.ts']),
    );
    expect(packages).toEqual(expect.arrayContaining(['node_modules/pg/package.json', 'node_modules/pg/lib/client.js']));
    const ofSubgraphs = sources.filter((file) => file.startsWith('subgraphs/') && file.endsWith('.ts'));
    expect(ofSubgraphs.filter((file) => !file.endsWith('/service.ts'))).toEqual([]);
    expect(packages.some((file) => file.startsWith('node_modules/graphql/'))).toBe(false);
  });

  it('include files that are read by name', async () => {
    const { sources } = await imageFiles(root, []);
    expect(sources).toEqual(
      expect.arrayContaining(['supergraph.graphql', 'operations/manifest.json', 'subgraphs/order/schema.graphql']),
    );
    expect(sources.filter((file) => file.endsWith('migration.sql')).length).toBeGreaterThan(4);
    expect(sources.filter((file) => file.includes('.test.'))).toEqual([]);
  });

  it('are of no package that is there for development only', () => {
    expect(developmentPackages(root, ['node_modules/pg/lib/client.js'])).toEqual([]);
    expect(
      developmentPackages(root, ['node_modules/vitest/index.js', 'node_modules/@types/opossum/index.d.ts']),
    ).toEqual(['node_modules/vitest', 'node_modules/@types/opossum']);
  });

  it('start from programs that exist', () => {
    expect(programs.filter((program) => !existsSync(path.join(root, program)))).toEqual([]);
  });

  it('come from rooms that are sent to the build', () => {
    const sent = readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n');
    const { imports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const rooms = Object.values<string>(imports).map((target) => target.slice('./'.length, -'/*'.length));
    const built = rooms.filter((room) => !/^(bench|tests)\b/.test(room));
    const programsOfTheRoot = globSync('*.ts', { cwd: root }).filter((file) => file !== 'vitest.config.ts');
    expect([...built, ...programsOfTheRoot].filter((name) => !sent.includes(`!${name}`))).toEqual([]);
  });
});
