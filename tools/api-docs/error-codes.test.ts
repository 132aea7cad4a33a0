/** docs/api.md lists every error code that a client can see, and none that the sources do not have. */
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorCodes } from './error-codes.ts';

const sources = globSync('{contracts,platform,gateway,subgraphs}/**/*.ts')
  .filter((file) => !/\.(test|fixture|suite|generated)\.ts$/.test(file))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

/** Between our own processes only. */
const internal = new Set(['UNSIGNED', 'UNSIGNED_REQUEST', 'CLIENT_GONE', 'DOWNSTREAM_SERVICE_ERROR']);
/** Apollo Server's own, for what it does for us. */
const apollos = new Set(['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED']);

const documented = errorCodes.flatMap(({ codes }) => codes);
const sent = new Set(
  [...sources.matchAll(/(?:code: |errorBody\(|(?:CallerFault|SubgraphFailure|NotNow)\()\s*'([A-Z_]{6,})'/g)].map(
    ([, code = '']) => code,
  ),
);

it('has every code that is sent', () => {
  expect(sent.size).toBeGreaterThan(20);
  expect([...sent].filter((code) => !documented.includes(code) && !internal.has(code))).toEqual([]);
});

it('has no code that nothing sends, and each once', () => {
  const written = documented.filter((code) => !code.startsWith('<') && !apollos.has(code));
  expect(
    written.filter((code) => !sources.includes(`'${code}'`) && !sources.includes(`${code.split('_')[0]}_LIMIT`)),
  ).toEqual([]);
  expect(documented).toEqual([...new Set(documented)]);
});
