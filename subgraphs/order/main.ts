/** Starts the order subgraph. */
import { receiversOf } from '#contracts/messages/index.ts';
import { readConfig } from '#platform/config/config.ts';
import { runSubgraph } from '#platform/process/subgraph.ts';
import { orderVariables } from './config.ts';
import { connect, wire } from './wiring.ts';

await runSubgraph({ name: 'order', config: readConfig('order', orderVariables), receiversOf, connect, wire });
