/** Rules about source text around the database, each with a line that would be found. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Convention {
  readonly title: string;
  readonly files: string;
  /** Files that may. */
  readonly except: readonly string[];
  readonly isBroken: (source: string) => boolean;
  readonly seeded: readonly string[];
}

const conventions: readonly Convention[] = [
  {
    // Deadlines are written and compared by the database's clock (ADR 23). Doors and wiring.ts may use their own, for
    // what another system's clock is compared with anyway (signatures, tokens).
    title: 'no domain, use case or adapter reads the clock of its process',
    files: 'subgraphs/*/{domain,usecases,adapters}/**/*.ts',
    except: [],
    isBroken: (source) => /\bnew Date\(\)|\bDate\.now\(\)/.test(source),
    seeded: ['const now = new Date();', 'expiresAt > Date.now()'],
  },
  {
    title: 'every connection to PostgreSQL has the bounds of platform/database/connection.ts, so none waits for ever',
    files: '{platform,subgraphs,gateway}/**/*.ts',
    except: ['platform/database/connection.ts'],
    isBroken: (source) =>
      source.includes('new pg.Client(') || (source.includes('new pg.Pool(') && !source.includes('boundedConnection(')),
    seeded: ['new pg.Client({ connectionString })', 'new pg.Pool({ connectionString, max: 1 })'],
  },
];

test.each(conventions)('$title', ({ files, except, isBroken, seeded }) => {
  const sources = globSync(files).filter((file) => !/\.(test|suite)\.ts$|node_modules/.test(file));
  expect(sources.length).toBeGreaterThan(50);
  const broken = sources.filter((file) => isBroken(readFileSync(file, 'utf8')));
  expect(broken.filter((file) => !except.includes(file))).toEqual([]);
  expect(seeded.map(isBroken)).toEqual(seeded.map(() => true));
});
