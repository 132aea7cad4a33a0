import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig } from '#platform/config/config.ts';
import { prefixOf, subgraphSettings, subgraphVariablesOf, upstreamVariables } from './variables.ts';

const parsed = (env: Record<string, string>) =>
  parseConfig(z.object({ ...upstreamVariables, ...subgraphVariablesOf(env) }), env);

const settingsOf = (name: string, env: Record<string, string> = {}) => {
  const result = parsed(env);
  if ('faults' in result) throw new Error(result.faults.join());
  return subgraphSettings(result.config, name, 'http://supergraph/graphql');
};

describe('the settings of a subgraph', () => {
  it('are those of the supergraph and the defaults, without variables', () => {
    expect(settingsOf('reviews')).toMatchObject({ urls: ['http://supergraph/graphql'], timeoutMs: 10_000, retries: 2 });
  });

  it('can be set for all, and for one by name', () => {
    const env = {
      SUBGRAPH_TIMEOUT_MS: '500',
      CATALOG_V2_SUBGRAPH_TIMEOUT_MS: '700',
      CATALOG_V2_SUBGRAPH_BREAKER: 'off',
      CATALOG_V2_SUBGRAPH_URL: 'http://a/graphql, http://b/graphql',
    };
    expect(settingsOf('reviews', env)).toMatchObject({ timeoutMs: 500, breaker: true });
    expect(settingsOf('catalog-v2', env)).toMatchObject({
      timeoutMs: 700,
      breaker: false,
      urls: ['http://a/graphql', 'http://b/graphql'],
    });
  });

  it('of every kind can be set for one', () => {
    const ofOne = Object.keys(upstreamVariables).filter((name) => name.startsWith('SUBGRAPH_'));
    const values: Record<string, string> = {
      SUBGRAPH_BREAKER: 'off',
      SUBGRAPH_DEDUPLICATION: 'off',
      SUBGRAPH_FOLLOW_DNS: 'off',
      SUBGRAPH_RETRY_RATIO: '1',
    };
    const env = Object.fromEntries(ofOne.map((name) => [`X_${name}`, values[name] ?? '7']));
    const usual = settingsOf('x');
    const changed = Object.entries(settingsOf('x', env)).filter(
      ([name, value]) => String(value) !== String(usual[name as keyof typeof usual]),
    );
    // All but where it is and which headers come back.
    expect(changed.map(([name]) => name)).toHaveLength(ofOne.length);
    expect(Object.keys(usual)).toHaveLength(ofOne.length + 2);
  });

  it('can come from a file, like every variable; similar names are ignored', () => {
    const env = {
      X_SUBGRAPH_URL_FILE: '/run/url',
      X_SUBGRAPH_COLOUR: 'red',
      SUBGRAPH_URL: 'http://a',
      xSUBGRAPH_URL: '',
    };
    expect(Object.keys(subgraphVariablesOf(env))).toEqual(['X_SUBGRAPH_URL']);
  });

  it.each([
    ['ORDERS_SUBGRAPH_URL', 'ftp://a/graphql'],
    ['ORDERS_SUBGRAPH_URL', 'http://a/graphql,,http://b'],
    ['ORDERS_SUBGRAPH_TIMEOUT_MS', 'soon'],
    ['SUBGRAPH_CONCURRENCY', '0'],
    ['SUBGRAPH_RETRY_RATIO', '2'],
    ['FORWARD_REQUEST_HEADERS', 'authorization, x-agora-viewer'],
    ['FORWARD_REQUEST_HEADERS', 'host'],
    ['FORWARD_REQUEST_HEADERS', 'two words'],
    ['FORWARD_RESPONSE_HEADERS', 'content-length'],
  ])('are refused by the name of the variable: %s=%s', (name, value) => {
    const result = parsed({ [name]: value });
    expect('faults' in result && result.faults).toEqual([expect.stringMatching(new RegExp(`^${name}[.:]`))]);
  });

  it('disable deduplication when a subgraph may set cookies', () => {
    expect(settingsOf('x').deduplication).toBe(true);
    expect(settingsOf('x', { FORWARD_RESPONSE_HEADERS: 'Set-Cookie' })).toMatchObject({
      deduplication: false,
      returnHeaders: ['set-cookie'],
    });
  });
});

it('have variables named after the subgraph', () => {
  expect(['order', 'catalog-v2', 'my.reviews'].map(prefixOf)).toEqual(['ORDER', 'CATALOG_V2', 'MY_REVIEWS']);
});
