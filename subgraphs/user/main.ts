/** Starts the user subgraph. */
import { receiversOf } from '#contracts/messages/index.ts';
import { readConfig } from '#platform/config/config.ts';
import { runSubgraph } from '#platform/process/subgraph.ts';
import { userVariables } from './config.ts';
import { connect, wire } from './wiring.ts';

await runSubgraph({ name: 'user', config: readConfig('user', userVariables), receiversOf, connect, wire });
