/** Starts the product subgraph. */
import { receiversOf } from '#contracts/messages/index.ts';
import { readConfig } from '#platform/config/config.ts';
import { runSubgraph } from '#platform/process/subgraph.ts';
import { productVariables } from './config.ts';
import { connect, wire } from './wiring.ts';

await runSubgraph({ name: 'product', config: readConfig('product', productVariables), receiversOf, connect, wire });
