import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseConfig } from '#platform/config/config.ts';
import { gatewayVariables } from './config.ts';
import { manifestPlaces } from './documents/variables.ts';
import { defaultSupergraphFile } from './schema/variables.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'agora-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const foreign = path.join(folder, 'supergraph.graphql');
writeFileSync(foreign, 'type Query');

const beside = path.join(folder, 'other/supergraph.graphql');
mkdirSync(path.join(folder, 'other/operations'), { recursive: true });
writeFileSync(beside, 'type Query');
writeFileSync(path.join(folder, 'other/operations/manifest.json'), '{');

const key = JSON.stringify({ kty: 'OKP', crv: 'Ed25519', d: 'x' });
const signed = { VIEWER_SIGNING_KEY: key };
const alone = { AUTHENTICATION: 'off', SUPERGRAPH_FILE: foreign };

it.each<[string, Record<string, string>, string[]]>([
  ['our own supergraph with a key', signed, []],
  ['our own supergraph and its list', { ...signed, TRUSTED_DOCUMENTS: 'require' }, []],
  ['any supergraph without authentication', alone, []],
  ['no key', {}, ['VIEWER_SIGNING_KEY: is required, unless AUTHENTICATION=off']],
  [
    'a key without a use',
    { ...alone, ...signed, ACCESS_TOKEN_JWKS_URL: 'http://localhost/jwks' },
    [
      'ACCESS_TOKEN_JWKS_URL: has no effect with AUTHENTICATION=off; remove one of them',
      'VIEWER_SIGNING_KEY: has no effect with AUTHENTICATION=off; remove one of them',
    ],
  ],
  [
    'documents that must be in a list, and no list',
    { ...alone, TRUSTED_DOCUMENTS: 'require' },
    ['TRUSTED_DOCUMENTS: needs a list: TRUSTED_DOCUMENTS_MANIFEST, or operations/manifest.json beside SUPERGRAPH_FILE'],
  ],
  [
    'documents that must be in a list, and a supergraph that lies beside none',
    { ...signed, SUPERGRAPH_URL: 'http://localhost/supergraph', TRUSTED_DOCUMENTS: 'log' },
    ['TRUSTED_DOCUMENTS: needs a list: TRUSTED_DOCUMENTS_MANIFEST, or operations/manifest.json beside SUPERGRAPH_FILE'],
  ],
  [
    'a list beside the supergraph that cannot be used',
    { AUTHENTICATION: 'off', SUPERGRAPH_FILE: beside },
    [`TRUSTED_DOCUMENTS_MANIFEST: ${path.join(folder, 'other/operations/manifest.json')}: is not JSON`],
  ],
  [
    'what cannot be a role',
    { ...signed, TRUSTED_DOCUMENTS_EXEMPT_ROLES: 'ADMIN, god' },
    ['TRUSTED_DOCUMENTS_EXEMPT_ROLES: a role is written in capitals'],
  ],
])('%s', (_, env, faults) => {
  const result = parseConfig(gatewayVariables, env);
  expect('faults' in result ? result.faults.toSorted() : []).toEqual(faults);
});

it('listens on PORT or GATEWAY_PORT, which wins', () => {
  const portOf = (env: Record<string, string>) => {
    const result = parseConfig(gatewayVariables, { ...signed, ...env });
    return 'config' in result && (result.config.GATEWAY_PORT ?? result.config.PORT);
  };
  expect([portOf({}), portOf({ PORT: '1' }), portOf({ GATEWAY_PORT: '2' })]).toEqual([4000, 1, 2]);
  expect(portOf({ PORT: '1', GATEWAY_PORT: '2' })).toBe(2);
});

it('uses the manifest beside its own supergraph, and no other', () => {
  const ours = path.join(path.dirname(defaultSupergraphFile), 'operations/manifest.json');
  const none = { TRUSTED_DOCUMENTS_MANIFEST: undefined };
  expect(manifestPlaces(none)).toEqual([ours]);
  expect(manifestPlaces({ ...none, SUPERGRAPH_FILE: foreign })).toEqual([]);
  expect(manifestPlaces({ ...none, SUPERGRAPH_SDL: 'type Query' })).toEqual([]);
  expect(manifestPlaces({ TRUSTED_DOCUMENTS_MANIFEST: ['a'], SUPERGRAPH_FILE: foreign })).toEqual(['a']);
});
