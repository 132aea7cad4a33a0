/** Starts the product subgraph. */
import { findMessage } from '../../contracts/messages/index.ts';
import { readConfig } from '../../platform/config.ts';
import { runSubgraph } from '../../platform/subgraph.ts';
import { productVariables } from './config.ts';
import { wire } from './wiring.ts';

const config = readConfig('product', productVariables);

await runSubgraph({
  name: 'product',
  port: config.PRODUCT_PORT,
  databaseUrl: config.PRODUCT_DATABASE_URL,
  config,
  receivers: (type, version) => findMessage(type, version)?.receivers,
  announced: { product: 'Product' },
  wire: wire(config),
});
