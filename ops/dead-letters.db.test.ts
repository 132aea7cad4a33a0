import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { aMessage, idOf } from '#kit/messaging/messages.ts';
import { eachTransport, type Transport } from '#kit/messaging/transports.ts';
import { keepsNothing, redisHere, redisProcess } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import { Poison } from '#platform/messaging/bus/bus.ts';
import { noteAddresses } from './addresses.ts';
import { allDeadLetters } from './queues.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Environment = Readonly<Record<string, string>>;

const deadLetters = (env: Environment, ...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const script = path.resolve(import.meta.dirname, 'dead-letters.ts');
    const options = { env: { PATH: process.env.PATH ?? '', NODE_ENV: 'test', ...env } };
    execFile(process.execPath, [script, ...args], options, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });

const addressOf = ({ config }: Transport): Environment => ({ ...config }) as Environment;

const inFile = (env: Environment): Environment =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => {
      const file = path.join(mkdtempSync(path.join(tmpdir(), 'agora-secret-')), name);
      writeFileSync(file, `${value}\n`);
      return [`${name}_FILE`, file];
    }),
  );

// Each test has a queue of its own among the real ones, because the tests of a transport share its server.
eachTransport('npm run dead-letters', (on) => {
  const die = async (queue: string, count: number): Promise<string[]> => {
    const messages = Array.from({ length: count }, () => aMessage({ data: { token: 'tok_secret' } }));
    const consumption = await on.bus.consume(queue, async () => {
      throw new Poison('no such thing\nand more of it');
    });
    await on.bus.publish(messages.map((message) => ({ queue, message })));
    await until('they are dead', async () => (await on.bus.counts(queue)).dead === count);
    await consumption.close();
    return messages.map(idOf);
  };

  it('lists them without their data, and puts one back', async () => {
    const [first = '', second = ''] = await die('user', 2);
    const listed = await deadLetters(addressOf(on), 'list', 'user');
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out).toMatch(new RegExp(`^user  ${first}  \\S+Z  thing\\.happened  1 tries  no such thing$`, 'm'));
    expect(listed.out).toMatch(/\n2 dead letters\n$/);
    expect(listed.out).not.toContain('tok_secret');

    const redriven = await deadLetters(addressOf(on), 'redrive', 'user', first);
    expect(redriven).toEqual({ code: 0, out: 'user: 1 message is back in the queue\n', err: '' });
    const taken: string[] = [];
    await on.bus.consume('user', async (got) => void taken.push(idOf(got)));
    await until('the message', () => taken.length > 0);
    expect(taken).toEqual([first]);
    expect((await allDeadLetters(on.bus, 'user')).map(({ id }) => id)).toEqual([second]);
  });

  it('puts back all of a queue, even more than a page; the address may be in a file', async () => {
    await die('product', 60);
    const redriven = await deadLetters(inFile(addressOf(on)), 'redrive', 'product', '--all');
    expect(redriven).toEqual({ code: 0, out: 'product: 60 messages are back in the queue\n', err: '' });
    expect(await on.bus.counts('product')).toMatchObject({ waiting: 60, dead: 0 });
  });

  it('reports that there are none', async () => {
    const listed = await deadLetters(addressOf(on), 'list', 'order', 'payment');
    expect(listed).toEqual({ code: 0, out: 'no dead letters\n', err: '' });
    const redriven = await deadLetters(addressOf(on), 'redrive', 'order', 'msg_gone');
    expect(redriven).toEqual({ code: 1, out: '', err: 'order has no dead letter msg_gone\n' });
  });
});

describe('npm run dead-letters', () => {
  const nowhere = { REDIS_URL: 'redis://127.0.0.1:1' };

  it('has another exit code when the queue cannot be reached', async () => {
    const { code, err } = await deadLetters(nowhere, 'list', 'order');
    expect(code).toBe(2);
    expect(err).toContain('Redis cannot be reached');
  });

  it.each([
    [['list', 'orders'], 'no such queue: orders'],
    [['redrive', 'order'], 'usage'],
    [['redrive', 'order', 'msg_1', '--all'], 'usage'],
    [['forget'], 'usage'],
    [['list', '--everything'], 'everything'],
  ])('does nothing when asked for %j', async (args, complaint) => {
    const { code, err } = await deadLetters(nowhere, ...args);
    expect(code).toBe(1);
    expect(err).toContain(complaint);
  });

  it('fails when the environment names no queues and nothing was started', async () => {
    const { code, err } = await deadLetters({}, 'list', '--data', mkdtempSync(path.join(tmpdir(), 'agora-empty-')));
    expect(code).toBe(2);
    expect(err).toMatch(
      /^neither REDIS_URL nor EVENTS_DATABASE_URL is set, and \S+ holds no system that npm start has started\n$/,
    );
  });

  it.skipIf(!redisHere())(
    'finds the queues of a running system by its data folder, and reports a refused login',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'agora-data-'));
      const redis = await redisProcess([...keepsNothing, '--requirepass', 'secret']);
      const redisUrl = `redis://:secret@127.0.0.1:${redis.port}`;
      await noteAddresses(folder, { databases: {}, queues: { REDIS_URL: redisUrl } });
      const found = await deadLetters({}, 'list', '--data', folder);
      const refused = await deadLetters({ REDIS_URL: `redis://127.0.0.1:${redis.port}` }, 'list');
      await redis.stop();
      rmSync(folder, { recursive: true });
      expect(found).toEqual({ code: 0, out: 'no dead letters\n', err: '' });
      expect(refused).toMatchObject({
        code: 2,
        err: expect.stringMatching(/^Redis refuses the connection: NOAUTH/),
      });
    },
  );
});
