import { findMessage } from '#contracts/messages/index.ts';
import { readConfig } from '#platform/config/config.ts';
import { runSubgraph } from '#platform/process/subgraph.ts';
import { directUrl, orderVariables } from './config.ts';
import { wire } from './wiring.ts';

const config = readConfig('order', orderVariables);

await runSubgraph({
  name: 'order',
  port: config.ORDER_PORT,
  directUrl: directUrl(config),
  config,
  receivers: (type, version) => findMessage(type, version)?.receivers,
  wire: wire(config),
});
