/** supergraph.graphql is what the gateway can serve. That it is current: checks/composition.ts. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { federation } from '../../gateway/graphql/federation.ts';
import { accessDirectives } from '../../platform/graphql/access.ts';
import { supergraphFile } from '../../scripts/compose.ts';
import { recordedLog } from '../kit/recorded-log.ts';

const supergraph = readFileSync(supergraphFile, 'utf8');

describe('the committed supergraph', () => {
  it('loads in the gateway, without any subgraph there', async () => {
    const names: string[] = [];
    const client = { call: async () => ({}), close: async () => {} };
    const connect = (name: string) => {
      names.push(name);
      return client;
    };
    const gateway = federation(supergraph, connect, recordedLog().log);
    const { schema } = await gateway.load();
    expect(schema.getQueryType()?.getFields()).toHaveProperty('products');
    expect(names.toSorted()).toEqual(['order', 'payment', 'product', 'user']);
    await gateway.stop();
  });

  it('knows nothing of access decisions, which the gateway would refuse to load', () => {
    for (const access of accessDirectives) expect(supergraph).not.toMatch(new RegExp(`@${access}\\b`));
  });
});
