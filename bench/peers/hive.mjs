// Hive Gateway as its documentation starts it in a program: its default runtime, or the one whose planner is in Rust.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';

const { SUPERGRAPH_FILE, RUNTIME, PORT } = process.env;
const { unifiedGraphHandler } = RUNTIME === 'rust' ? await import('@graphql-hive/router-runtime') : {};
const gateway = createGatewayRuntime({
  supergraph: readFileSync(SUPERGRAPH_FILE, 'utf8'),
  ...(unifiedGraphHandler && { unifiedGraphHandler }),
  // Its command's `--jit`, as the public benchmark runs it; the Rust runtime has no use for it.
  ...(!unifiedGraphHandler && { jit: true }),
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }),
  },
  landingPage: false,
  graphiql: false,
  logging: 'error',
});
createServer(gateway).listen(Number(PORT), '127.0.0.1');
