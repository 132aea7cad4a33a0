import type { Step } from '../step.ts';

const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(0)} s`;

export const build: Step = {
  name: 'the image builds from a clean clone',
  run: async ({ stack, log }) => {
    const began = performance.now();
    await stack.compose('build');
    log(`built in ${seconds(began)}`);
    const layers = (await stack.docker('history', '--format', '{{.Size}} {{.CreatedBy}}', 'agora')).split('\n');
    for (const line of layers.filter((layer) => layer.includes('COPY /image'))) log(`layer: ${line.slice(0, 70)}`);
  },
};

export const start: Step = {
  name: 'docker compose up starts a healthy shop without preparation',
  run: async (context) => {
    const { stack, log } = context;
    const began = performance.now();
    await stack.compose('up', '--detach', '--wait', '--pull', 'never');
    log(`healthy in ${seconds(began)}`);
    context.gateway = `http://${await stack.published('gateway', 4000)}/graphql`;
    const unhealthy = (await stack.containers()).filter(
      ({ state, health }) => state === 'running' && health !== 'healthy',
    );
    if (unhealthy.length > 0) throw new Error(`not healthy: ${unhealthy.map(({ name }) => name).join(', ')}`);
  },
};

export const restart: Step = {
  name: 'docker compose down and up keeps all data',
  run: async (context) => {
    const { stack, customer } = context;
    if (!customer) throw new Error('the step "buy" has to run first');
    await stack.compose('down', '--timeout', '20');
    await start.run(context);
    // With the access token from before: the signing keys were kept as well.
    const order = await customer.shopper.order(customer.orderId).catch((error: Error) => error);
    if (order instanceof Error || order.status !== 'CONFIRMED') throw new Error(`the order is missing: ${order}`);
  },
};
