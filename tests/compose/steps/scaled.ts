import { inContainer, type Stack } from '../stack.ts';
import type { Step } from '../step.ts';
import { auditClean, buyMany } from './buy.ts';

const replicas = { order: 3, 'order-worker': 2, inventory: 2, gateway: 2 };

export const scaled: Step = {
  name: 'a scaled shop keeps every promise: three order, two inventory and two gateway processes',
  run: async ({ stack, orders, log }) => {
    stack.env.GATEWAY_PORT = '14000-14009';
    const scale = Object.entries(replicas).flatMap(([service, count]) => ['--scale', `${service}=${count}`]);
    await stack.compose('up', '--detach', '--wait', '--pull', 'never', '--no-recreate', ...scale);
    const gateways = await Promise.all(
      [1, 2].map(async (index) => `http://${await stack.published('gateway', 4000, index)}/graphql`),
    );
    const began = performance.now();
    await buyMany(gateways, orders);
    const seconds = (performance.now() - began) / 1_000;
    log(`${orders} orders in ${seconds.toFixed(0)} s`);
    await auditClean(stack);
    await everyReplicaWorked(stack, log);
  },
};

/** Reads a counter of each replica: the work must be spread over all of them. */
const everyReplicaWorked = async (stack: Stack, log: (sentence: string) => void): Promise<void> => {
  const counters = {
    order: { port: 4003, metric: 'http_request_duration_seconds_count', route: 'route="/graphql"' },
    inventory: { port: 4002, metric: 'agora_messages_handled_total', route: 'outcome="done"' },
    'order-worker': { port: 4003, metric: 'agora_messages_handled_total', route: 'outcome="done"' },
  };
  for (const [service, { port, metric, route }] of Object.entries(counters)) {
    const counts: number[] = [];
    for (let index = 1; index <= replicas[service as keyof typeof replicas]; index++) {
      const script = `fetch('http://127.0.0.1:${port}/metrics').then((a) => a.text()).then((t) => console.log(t))`;
      const text = await stack.compose('exec', '--no-TTY', '--index', String(index), service, 'node', '-e', script);
      counts.push(sumOf(text, metric, route));
    }
    log(`${service}: ${counts.join(' + ')}`);
    if (counts.some((count) => count === 0)) throw new Error(`a replica of ${service} did no work: ${counts}`);
  }
};

const sumOf = (text: string, metric: string, having: string): number =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(having))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);

export const idle: Step = {
  name: 'memory of the idle stack',
  run: async ({ stack, log }) => {
    const ids = (await stack.containers()).filter(({ state }) => state === 'running').map(({ id }) => id);
    const lines = (await stack.docker('stats', '--no-stream', '--format', '{{.MemUsage}} {{.Name}}', ...ids))
      .trim()
      .split('\n');
    const sizes = lines.map((line) => ({ name: line.split(' ').at(-1) ?? '', mib: mebibytes(line) }));
    for (const { name, mib } of sizes.toSorted((a, b) => b.mib - a.mib))
      log(`${mib.toFixed(0).padStart(5)} MiB  ${name}`);
    log(`${sizes.reduce((sum, { mib }) => sum + mib, 0).toFixed(0)} MiB in ${sizes.length} containers`);
    const user = await inContainer(stack, 'gateway', 'console.log(process.getuid())');
    if (user.trim() === '0') throw new Error('the gateway runs as root');
  },
};

const mebibytes = (usage: string): number => {
  const [, number = '0', unit = 'MiB'] = /^([\d.]+)([KMG]iB)/.exec(usage) ?? [];
  return Number(number) * ({ KiB: 1 / 1_024, MiB: 1, GiB: 1_024 }[unit] ?? 1);
};
