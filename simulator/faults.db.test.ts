/** SIMULATOR_FAULTS: what each kind does to calls and to webhooks, and that a seed decides to which. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { aSimulator, type TestSimulator } from '#kit/payment/simulator.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import type { Faults } from './domain/faults.ts';

interface Answer {
  readonly id?: string;
  readonly status?: string;
  readonly error?: { readonly type: string; readonly code?: string };
}

/** The answer, or undefined when there was none until the signal. */
const post = async (
  { client }: TestSimulator,
  path: string,
  key: string,
  body: Record<string, string>,
  signal = AbortSignal.timeout(20_000),
) => {
  const response = await fetch(`${client.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.secretKey}`, 'idempotency-key': key },
    body: new URLSearchParams(body),
    signal,
  }).catch(() => undefined);
  if (!response) return undefined;
  const { headers, status } = response;
  const isReplay = headers.has('idempotent-replayed');
  return { status, isReplay, retryAfter: headers.get('retry-after'), body: (await response.json()) as Answer };
};

const authorize = (simulator: TestSimulator, key: string, signal?: AbortSignal) => {
  const card = {
    amount: '500',
    currency: 'eur',
    capture_method: 'manual',
    confirm: 'true',
    payment_method: 'tok_approve',
  };
  return post(simulator, '/v1/payment_intents', key, { ...card, 'metadata[operation]': key }, signal);
};

const effectsIn = async ({ memory }: TestSimulator): Promise<readonly string[]> =>
  (await memory.query<{ kind: string }>('SELECT kind FROM effect ORDER BY id')).rows.map(({ kind }) => kind);

// 200 ms after it has been handled: time enough for an answer that should not come.
const patienceMs = 200;

/** For a call that is lost: gives up when it has been handled. */
const authorizeInVain = async (simulator: TestSimulator, key: string) => {
  const giveUp = new AbortController();
  const answer = authorize(simulator, key, giveUp.signal);
  const isKnown = async () =>
    (await simulator.memory.query('SELECT 1 FROM idempotency_key WHERE key = $1', [key])).rowCount;
  await expect.poll(isKnown).toBe(1);
  await pause(patienceMs);
  giveUp.abort();
  return answer;
};

test.each<{ kind: keyof Faults; first: object | undefined; done: string[]; second: object; after: string[] }>([
  {
    ...{ kind: 'decline', first: { status: 402, body: { error: { type: 'card_error', code: 'card_declined' } } } },
    ...{ done: [], second: { status: 402, isReplay: true }, after: [] },
  },
  {
    ...{ kind: 'timeout', first: undefined, done: ['AUTHORIZATION'] },
    ...{ second: { status: 200, isReplay: true, body: { status: 'requires_capture' } }, after: ['AUTHORIZATION'] },
  },
  {
    ...{ kind: 'lost', first: undefined, done: [] },
    ...{ second: { status: 200, isReplay: false, body: { status: 'requires_capture' } }, after: ['AUTHORIZATION'] },
  },
  {
    ...{ kind: 'error', first: { status: 500, isReplay: false, body: { error: { type: 'api_error' } } } },
    ...{ done: [], second: { status: 500, isReplay: true }, after: [] },
  },
  {
    ...{ kind: 'limit', first: { status: 429, retryAfter: '1', body: { error: { code: 'rate_limit' } } }, done: [] },
    ...{ second: { status: 200, isReplay: false, body: { status: 'requires_capture' } }, after: ['AUTHORIZATION'] },
  },
])('$kind: what the first call gets, what has happened, and what the next one gets with its key', async (fault) => {
  const metrics = createMetrics('simulator');
  await using simulator = await aSimulator({ faults: { [fault.kind]: 1 }, metrics });
  if (fault.first === undefined) expect(await authorizeInVain(simulator, 'a-key')).toBeUndefined();
  else expect(await authorize(simulator, 'a-key')).toMatchObject(fault.first);
  expect(await effectsIn(simulator)).toEqual(fault.done);
  expect(await authorize(simulator, 'a-key')).toMatchObject(fault.second);
  expect(await effectsIn(simulator)).toEqual(fault.after);
  expect(await metrics.metrics()).toMatch(
    new RegExp(`^agora_simulator_faults_total\\{kind="${fault.kind}".*\\} 1$`, 'm'),
  );
});

test('slow: the second try overtakes the first, which gets the same answer when it arrives at last', async () => {
  const arrival = Promise.withResolvers<void>();
  const metrics = createMetrics('simulator');
  await using simulator = await aSimulator({ faults: { slow: 1 }, slowness: () => arrival.promise, metrics });
  const first = authorize(simulator, 'a-key');
  await expect.poll(() => metrics.metrics()).toMatch(/^agora_simulator_faults_total\{kind="slow".*\} 1$/m);
  expect(await effectsIn(simulator)).toEqual([]);
  const second = await authorize(simulator, 'a-key');
  expect(second).toMatchObject({ status: 200, isReplay: false, body: { status: 'requires_capture' } });
  arrival.resolve();
  expect(await first).toEqual({ ...second, isReplay: true });
  expect(await effectsIn(simulator)).toEqual(['AUTHORIZATION']);
});

test('the seed and the key decide which calls fail, in whatever order they come', async () => {
  const keys = Array.from({ length: 30 }, (_, index) => `att_${index}-authorize`);
  const declinedWith = async (seed: string, inOrder: readonly string[]) => {
    await using simulator = await aSimulator({ faults: { decline: 0.3 }, seed });
    const answers = await Promise.all(inOrder.map(async (key) => [key, (await authorize(simulator, key))?.status]));
    return answers.flatMap(([key, status]) => (status === 402 ? [key] : [])).toSorted();
  };
  const declined = await declinedWith('a seed', keys);
  expect(declined.length).toBeGreaterThan(0);
  expect(declined.length).toBeLessThan(keys.length);
  expect(await declinedWith('a seed', keys.toReversed())).toEqual(declined);
  expect(await declinedWith('another', keys)).not.toEqual(declined);
});

/** Takes webhooks, and knows which payment each was about; answers with what it is told to. */
const aReceiver = async () => {
  const received: string[] = [];
  const answers: { status: number } = { status: 200 };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { data } = JSON.parse(body) as { data: { object: { metadata: { operation: string } } } };
    received.push(data.object.metadata.operation);
    response.writeHead(answers.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ received, answers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

// 20: a round of deliveries, so that one round tries each of them once.
const payments = Array.from({ length: 20 }, (_, index) => `att_${String(index).padStart(2, '0')}-authorize`);

/** Captures them all, one after the other; a webhook tells of each. */
const captureAll = async (simulator: TestSimulator): Promise<void> => {
  const held = await Promise.all(payments.map(async (key) => [key, (await authorize(simulator, key))?.body.id]));
  for (const [key, id] of held) await post(simulator, `/v1/payment_intents/${id}/capture`, `${key}-capture`, {});
};

/** Of the webhooks that are yet to be accepted: what they are about, in the order in which they will be sent. */
const waiting = async ({ memory }: TestSimulator): Promise<readonly string[]> => {
  const { rows } = await memory.query<{ operation: string }>(
    `SELECT body::jsonb #>> '{data,object,metadata,operation}' AS operation
       FROM webhook WHERE delivered_at IS NULL ORDER BY due_at`,
  );
  return rows.map(({ operation }) => operation);
};

const timePasses = ({ memory }: TestSimulator, interval: string) =>
  memory.query('UPDATE webhook SET due_at = due_at - $1::interval WHERE delivered_at IS NULL', [interval]);

const webhooksWith = async (faults: Faults, seed: string) => {
  await using receiver = await aReceiver();
  await using simulator = await aSimulator({
    faults,
    seed,
    webhook: { url: receiver.url, secret: 'sixteen or more…' },
  });
  await captureAll(simulator);
  await simulator.happen();
  const [promptly, later] = [receiver.received.toSorted(), await waiting(simulator)];
  while ((await waiting(simulator)).length > 0) {
    await timePasses(simulator, '1 minute');
    await simulator.happen();
  }
  return { promptly, later, received: receiver.received };
};

let lateOnes: ReturnType<typeof webhooksWith>;
beforeAll(async () => {
  lateOnes = webhooksWith({ late: 0.3 }, 'a seed');
  await lateOnes;
});

test('late: those webhooks come after all others', async () => {
  const { promptly, later, received } = await lateOnes;
  expect(later.length).toBeGreaterThan(0);
  expect([...promptly, ...later].toSorted()).toEqual(payments);
  expect(received.slice(promptly.length).toSorted()).toEqual(later.toSorted());
});

test('reorder: those webhooks are overtaken by others, and by each other; late ones come after them', async () => {
  const reordered = await webhooksWith({ reorder: 0.5 }, 'a seed');
  expect(reordered.later.length).toBeGreaterThan(2);
  expect(reordered.later).not.toEqual(reordered.later.toSorted());
  const late = await lateOnes;
  const both = await webhooksWith({ late: 0.3, reorder: 0.5 }, 'a seed');
  expect(both.later.slice(-late.later.length).toSorted()).toEqual(late.later.toSorted());
  expect(both.later.length).toBeGreaterThan(late.later.length);
});

test('duplicate: those webhooks come twice, late ones among them', async () => {
  const { received } = await webhooksWith({ duplicate: 0.4, late: 0.3 }, 'a seed');
  const twice = payments.filter((payment) => received.filter((about) => about === payment).length === 2);
  const { later } = await lateOnes;
  expect(twice.length).toBeGreaterThan(0);
  expect(twice.some((payment) => later.includes(payment))).toBe(true);
  expect(twice.some((payment) => !later.includes(payment))).toBe(true);
  expect(received.length).toBe(payments.length + twice.length);
});

test('the seed decides which webhooks, though their ids are new each time', async () => {
  const faults = { late: 0.2, duplicate: 0.3, reorder: 0.3 };
  const [once, again, other] = [
    await webhooksWith(faults, 'a seed'),
    await webhooksWith(faults, 'a seed'),
    await webhooksWith(faults, 'another'),
  ];
  expect(again.promptly).toEqual(once.promptly);
  expect(again.received.toSorted()).toEqual(once.received.toSorted());
  expect(other.received.toSorted()).not.toEqual(once.received.toSorted());
});

test('a webhook that is lost on its way, or refused, is sent again until it is accepted', async () => {
  await using receiver = await aReceiver();
  await using simulator = await aSimulator({ webhook: { url: receiver.url, secret: 'sixteen or more…' } });
  await captureAll(simulator);
  receiver.answers.status = 503;
  await simulator.happen();
  await simulator.happen();
  // Not at once: the second round found none that was due, nor will one within the pause that grows.
  expect(receiver.received.toSorted()).toEqual(payments);
  const pauses = async () =>
    (await simulator.memory.query("SELECT max(due_at) - clock_timestamp() > interval '30 s' AS long FROM webhook"))
      .rows;
  expect(await pauses()).toEqual([{ long: false }]);
  for (let tries = 1; tries < 8; tries++) {
    await timePasses(simulator, '2 minutes');
    await simulator.happen();
  }
  expect(await pauses()).toEqual([{ long: true }]);
  expect(await waiting(simulator)).toHaveLength(payments.length);
  receiver.answers.status = 200;
  await timePasses(simulator, '2 minutes');
  await simulator.happen();
  expect(await waiting(simulator)).toEqual([]);
  expect(receiver.received).toHaveLength(9 * payments.length);
});
