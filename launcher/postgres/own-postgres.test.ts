import { expect, test } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import type { Cluster } from './cluster.ts';
import { keepRunning } from './own-postgres.ts';

/** A server that dies when it is told to. */
const cluster = (pid: number) => {
  const { promise: exited, resolve: die } = Promise.withResolvers<void>();
  const server: Cluster = { pid, port: 5432, folder: '', superuserUrl: '', exited, stop: async () => die() };
  return { server, die };
};

test('a PostgreSQL that does not come back at once is tried again, on the port that everybody knows', async () => {
  const [first, second] = [cluster(1), cluster(2)];
  const ports: (number | undefined)[] = [];
  const notices: string[] = [];
  const answers = [
    () => first.server,
    () => Promise.reject(new Error('memory block is still in use')),
    () => second.server,
  ];
  const open = async (port?: number): Promise<Cluster> => {
    ports.push(port);
    return (await answers.shift()?.()) ?? second.server;
  };
  const postgres = await keepRunning(open, (sentence) => notices.push(sentence));
  first.die();
  await until('it is back', () => postgres.pid === 2);
  expect(ports).toEqual([undefined, 5432, 5432]);
  expect(notices).toEqual([
    'PostgreSQL died; starting it again in 250 ms',
    'PostgreSQL does not start (memory block is still in use); starting it again in 500 ms',
  ]);
  await postgres.stop();
});
