/** Starts the product subgraph. */
import { findMessage } from '#contracts/messages/index.ts';
import { readConfig } from '#platform/config/config.ts';
import { runSubgraph } from '#platform/process/subgraph.ts';
import { directUrl, productVariables } from './config.ts';
import { wire } from './wiring.ts';

const config = readConfig('product', productVariables);

await runSubgraph({
  name: 'product',
  port: config.PRODUCT_PORT,
  directUrl: directUrl(config),
  config,
  receivers: (type, version) => findMessage(type, version)?.receivers,
  announced: { product: 'Product' },
  wire: wire(config),
});
