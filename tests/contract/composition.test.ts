/** supergraph.graphql is what the four SDLs make, and what the gateway can serve. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { federation } from '../../gateway/graphql/federation.ts';
import { accessDirectives } from '../../platform/graphql/access.ts';
import { composeSupergraph } from '../../scripts/compose/composition.ts';
import { compose, subgraphSources, supergraphFile } from '../../scripts/compose.ts';
import { recordedLog } from '../kit/recorded-log.ts';

const supergraph = readFileSync(supergraphFile, 'utf8');

describe('the committed supergraph', () => {
  it('is what the SDLs make now', () => {
    const said: string[] = [];
    expect([compose('check', (line) => said.push(line)), said.at(-1)]).toEqual([0, 'supergraph.graphql is current']);
  });

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

it('composition has nothing to remark: what several subgraphs define, they define alike', () => {
  const composed = composeSupergraph(subgraphSources());
  expect('hints' in composed && composed.hints.map(({ message }) => message)).toEqual([]);
});
