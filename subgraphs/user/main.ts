import { findMessage } from '#contracts/messages/index.ts';
import { readConfig } from '#platform/config/config.ts';
import { runSubgraph } from '#platform/process/subgraph.ts';
import { directUrl, userVariables } from './config.ts';
import { wire } from './wiring.ts';

const config = readConfig('user', userVariables);

await runSubgraph({
  name: 'user',
  port: config.USER_PORT,
  directUrl: directUrl(config),
  config,
  receivers: (type, version) => findMessage(type, version)?.receivers,
  wire: wire(config),
});
