import type { Step } from '../step.ts';

const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(0)} s`;

export const build: Step = {
  name: 'the image builds from a clean clone',
  run: async ({ stack, say }) => {
    const began = performance.now();
    await stack.compose('build');
    say(`built in ${seconds(began)}`);
    const layers = (await stack.docker('history', '--format', '{{.Size}} {{.CreatedBy}}', 'agora')).split('\n');
    for (const line of layers.filter((layer) => layer.includes('COPY /image'))) say(`layer: ${line.slice(0, 70)}`);
  },
};

export const start: Step = {
  name: 'docker compose up alone gives a healthy shop',
  run: async (scene) => {
    const { stack, say } = scene;
    const began = performance.now();
    await stack.compose('up', '--detach', '--wait', '--pull', 'never');
    say(`healthy in ${seconds(began)}`);
    scene.gateway = `http://${await stack.published('gateway', 4000)}/graphql`;
    const unwell = (await stack.containers()).filter(
      ({ state, health }) => state === 'running' && health !== 'healthy',
    );
    if (unwell.length > 0) throw new Error(`not healthy: ${unwell.map(({ name }) => name).join(', ')}`);
  },
};

export const restart: Step = {
  name: 'docker compose down and up keeps all data',
  run: async (scene) => {
    const { stack, customer } = scene;
    if (!customer) throw new Error('nobody has bought anything yet');
    await stack.compose('down', '--timeout', '20');
    await start.run(scene);
    // With the token of before: the keys are still the same, too.
    const order = await customer.shopper.order(customer.orderId).catch((error: Error) => error);
    if (order instanceof Error || order.status !== 'CONFIRMED') throw new Error(`the order is not there: ${order}`);
  },
};
