import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineMessage, type Message } from '#contracts/envelope.ts';
import { aMessage } from '#kit/messaging/messages.ts';
import { type RecordingBus, recordingBus } from '#kit/messaging/recording-bus.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { currentContext } from '../observability/context.ts';
import { Registry } from '../observability/metrics.ts';
import { busLimits, Poison } from './bus/bus.ts';
import { type MessageHandler, on, startConsumer } from './consumer.ts';

const ThingHappened = defineMessage({
  type: 'thing.happened',
  version: 1,
  kind: 'event',
  owner: 'order',
  description: 'For these tests.',
  data: z.object({
    amount: z.int().positive(),
    codes: z.array(z.int()).optional(),
    at: z.iso.datetime().transform((text) => new Date(text)),
  }),
});
const fitting = { amount: 3, at: '2026-01-02T03:04:05.000Z' };

let bus: RecordingBus;
let metrics: Registry;

beforeEach(() => {
  bus = recordingBus();
  metrics = new Registry();
});

const start = (...handlers: MessageHandler[]) =>
  startConsumer({ bus, queue: 'user', handlers, log: recordedLog().log, metrics });

const poisoned = async (message: unknown) => {
  let handled = false;
  await start(
    on(ThingHappened, async () => {
      handled = true;
    }),
  );
  const error = await bus.deliver('user', message).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Poison);
  expect(handled).toBe(false);
  return (error as Poison).message;
};

describe('the consumer', () => {
  it('hands the message to its handler, with its data parsed', async () => {
    const taken: Message<{ amount: number; at: Date }>[] = [];
    await start(on(ThingHappened, async (message) => void taken.push(message)));
    const message = aMessage({ data: { ...fitting, more: 'than is asked for' } });
    await bus.deliver('user', message);
    expect(taken).toEqual([{ ...message, data: { amount: 3, at: new Date(fitting.at) } }]);
  });

  it('runs the handler in the context of the request that began it all', async () => {
    const seen: unknown[] = [];
    await start(on(ThingHappened, async () => void seen.push(currentContext())));
    await bus.deliver(
      'user',
      aMessage({
        data: fitting,
        correlationId: 'the-request',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      }),
    );
    await bus.deliver('user', aMessage({ data: fitting, correlationId: 'another' }));
    expect(seen).toEqual([
      { correlationId: 'the-request', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      { correlationId: 'another' },
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['text', 'hello'],
    ['a message without an id', { ...aMessage({ data: fitting }), id: undefined }],
    ['a message with the id of something else', { ...aMessage({ data: fitting }), id: 'ord_0' }],
  ])('refuses %s as poison', async (_, raw) => {
    expect(await poisoned(raw)).toContain('not a message');
  });

  it('refuses a type that it has no handler for, and names it', async () => {
    expect(await poisoned(aMessage({ type: 'thing.unheard-of', data: fitting }))).toBe(
      'queue user has no handler for thing.unheard-of v1',
    );
  });

  it('refuses a version that it has no handler for', async () => {
    expect(await poisoned(aMessage({ version: 2, data: fitting }))).toContain('no handler for thing.happened v2');
  });

  it('refuses data that does not match the type, naming the place', async () => {
    const reason = await poisoned(aMessage({ data: { ...fitting, amount: -1 } }));
    expect(reason).toContain('the data does not match thing.happened v1');
    expect(reason).toContain('amount');
  });

  it('keeps the reason short when everything is wrong', async () => {
    const codes = Array.from({ length: 500 }, () => 'no number');
    expect((await poisoned(aMessage({ data: { ...fitting, codes } }))).length).toBeLessThan(600);
  });

  it('passes the failure of a handler on as it is, so that the bus can recognise an outage', async () => {
    const failure = new Error('the database said no');
    await start(
      on(ThingHappened, async () => {
        throw failure;
      }),
    );
    await expect(bus.deliver('user', aMessage({ data: fitting }))).rejects.toBe(failure);
  });

  it('does not start with two handlers for one message', () => {
    const handler = on(ThingHappened, async () => undefined);
    expect(() => start(handler, handler)).toThrow('two handlers');
  });

  it('hands the bounds and the idea of an outage on to the bus', async () => {
    const isOutage = () => true;
    await startConsumer({ bus, queue: 'user', handlers: [], log: recordedLog().log, concurrency: 3, isOutage });
    expect(bus.consumers.get('user')?.options).toMatchObject({ concurrency: 3, isOutage });
  });

  it('counts what was done, what failed and what died', async () => {
    let work: () => Promise<void> = async () => undefined;
    await start(on(ThingHappened, () => work()));
    await bus.deliver('user', aMessage({ data: fitting }));
    work = async () => {
      throw new Error('no');
    };
    await bus.deliver('user', aMessage({ data: fitting })).catch(() => undefined);
    const letter = { id: 'x', message: {}, reason: 'no', failedAt: new Date(), attempts: 8 };
    bus.consumers.get('user')?.options.onDeadLetter?.({ ...letter, type: 'thing.happened' });
    bus.consumers.get('user')?.options.onDeadLetter?.({ ...letter, type: 'made up by somebody' });
    const text = await metrics.metrics();
    expect(text).toContain('agora_messages_handled_total{queue="user",type="thing.happened",outcome="done"} 1');
    expect(text).toContain('agora_messages_handled_total{queue="user",type="thing.happened",outcome="failed"} 1');
    expect(text).toContain('agora_dead_letters_total{queue="user",type="thing.happened"} 1');
    expect(text).toContain('agora_dead_letters_total{queue="user",type="unknown"} 1');
  });

  it('reports how many messages are in its queue, and goes on when that is unknown', async () => {
    await start();
    bus.counts = async () => ({ waiting: 3, active: 1, delayed: 0, dead: 2 });
    expect(await metrics.metrics()).toContain('agora_queue_messages{queue="user",state="dead"} 2');
    bus.counts = async () => {
      throw new Error('the queue is away');
    };
    expect(await metrics.metrics()).toContain('agora_queue_messages{queue="user",state="waiting"} 3');
  });

  it('reports how long the next message has waited, and nothing when that is unknown', async () => {
    await start();
    bus.oldestWaitingMs = async () => 1_500;
    expect(await metrics.metrics()).toContain('agora_queue_oldest_waiting_seconds{queue="user"} 1.5');
    bus.oldestWaitingMs = async () => {
      throw new Error('the queue is away');
    };
    expect(await metrics.metrics()).not.toContain('agora_queue_oldest_waiting_seconds{');
  });
});

it('gives a publish up before the lease of its rows can end, and drains before the process must', () => {
  expect(busLimits.publishDeadlineMs).toBeLessThan(5_000);
  expect(busLimits.drainDeadlineMs).toBeLessThan(10_000);
});
