/** Starts the payment subgraph. */
import { receiversOf } from '#contracts/messages/index.ts';
import { readConfig } from '#platform/config/config.ts';
import { runSubgraph } from '#platform/process/subgraph.ts';
import { paymentVariables } from './config.ts';
import { connect, wire } from './wiring.ts';

await runSubgraph({ name: 'payment', config: readConfig('payment', paymentVariables), receiversOf, connect, wire });
