import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadVariables } from './environment.ts';
import { misspelledNames } from './misspelled.ts';

const known = new Set(Object.values(await loadVariables()).flat());

it.each([
  ['CORS_ORIGINS', undefined],
  ['CORS_ORIGNS', 'CORS_ORIGNS (did you mean CORS_ORIGINS?)'],
  ['RATE_LIMIT_GEUST_COST', 'RATE_LIMIT_GEUST_COST (did you mean RATE_LIMIT_GUEST_COST?)'],
  ['ORDER_SUBGRAPH_TIMEOUT_MS', undefined],
  ['ORDER_SUBGRAPH_TIMOUT_MS', 'ORDER_SUBGRAPH_TIMOUT_MS (did you mean ORDER_SUBGRAPH_TIMEOUT_MS?)'],
  ['VIEWER_SIGNING_KEY_FILE', undefined],
  ['VIEWER_SINGING_KEY_FILE', 'VIEWER_SINGING_KEY_FILE (did you mean VIEWER_SIGNING_KEY_FILE?)'],
  ['AWS_SECRET_ACCESS_KEY', undefined],
  ['POST', undefined],
])('%s of .env: %s', (name, hint) => {
  expect(misspelledNames(['LOG_LEVEL', name], known)).toBe(hint && `Nothing reads these names of .env: ${hint}`);
});

it('has nothing against what .env.example has', () => {
  const names = [...readFileSync('.env.example', 'utf8').matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(
    ([, name = '']) => name,
  );
  expect(names.length).toBeGreaterThan(100);
  expect(misspelledNames(names, known)).toBeUndefined();
});
