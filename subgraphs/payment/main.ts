/** Starts the payment subgraph. */
import { findMessage } from '#contracts/messages/index.ts';
import { readConfig } from '#platform/config/config.ts';
import { runSubgraph } from '#platform/process/subgraph.ts';
import { directUrl, paymentVariables } from './config.ts';
import { wire } from './wiring.ts';

const config = readConfig('payment', paymentVariables);

await runSubgraph({
  name: 'payment',
  port: config.PAYMENT_PORT,
  directUrl: directUrl(config),
  config,
  receivers: (type, version) => findMessage(type, version)?.receivers,
  wire: wire(config),
});
