/**
 * What a subgraph decides and stores goes by its database's clock (ADR 23), so its own clock is out of reach there.
 * The doors and `wiring.ts` may use it: for what another system's clock is compared with anyway (signatures, tokens).
 */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ownClock = /\bnew Date\(\)|\bDate\.now\(\)/;

const places = (files: readonly string[], read: (file: string) => string): string[] =>
  files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (ownClock.test(line) ? [`${file}:${index + 1}`] : [])),
  );

// The simulator signs as an outside system would.
const outside = ['subgraphs/payment/adapters/simulator/webhook-queue.ts'];

test('no domain, use case or adapter reads the clock of its process', () => {
  const files = globSync('subgraphs/*/{domain,usecases,adapters}/**/*.ts').filter(
    (file) => !/\.(test|suite)\.ts$/.test(file) && !outside.includes(file),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(places(files, (file) => readFileSync(file, 'utf8'))).toEqual([]);
});

test.each(['const now = new Date();', 'expiresAt > Date.now()'])('%s would be found', (line) => {
  expect(places(['a.ts'], () => `\n${line}`)).toEqual(['a.ts:2']);
});
