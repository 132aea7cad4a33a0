/** Killed at every point between two steps of a call, and started again: the provider shows exactly one effect, and so do the books. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, cancelMessage, captureMessage, refundMessage } from '#kit/payment/builders.ts';
import { type CrashPoint, crashPoints } from '../domain/crash-points.ts';
import type { Attempt } from '../domain/payment.ts';
import { type OperationKind, operationKinds } from '../domain/payment-states.ts';

let kit: PaymentTestApp;
const held = ['AUTHORIZATION 5000'];
const taken = [...held, 'CAPTURE 5000'];

/** What makes such a call, after what, and what has happened to money in the end. */
const calls: Record<
  OperationKind,
  {
    readonly token?: string;
    readonly before: readonly ('authorize' | 'capture')[];
    readonly message: (attempt: Attempt) => object | Promise<object>;
    readonly effects: readonly string[];
    readonly lastReply: string;
  }
> = {
  AUTHORIZE: { before: [], message: (attempt) => authorizeMessage(attempt), effects: held, lastReply: 'authorized' },
  CONFIRM: {
    token: 'tok_action_required',
    before: ['authorize'],
    message: async (attempt) => {
      const { id: paymentId, customerId } = await kit.payment(attempt);
      return { type: 'confirm', customerId, idempotencyKey: crypto.randomUUID(), paymentId, code: 'approve' };
    },
    effects: held,
    lastReply: 'authorized',
  },
  CAPTURE: {
    before: ['authorize'],
    message: (attempt) => captureMessage(attempt),
    effects: taken,
    lastReply: 'captured',
  },
  VOID: {
    before: ['authorize'],
    message: (attempt) => cancelMessage(attempt),
    effects: [...held, 'VOID 5000'],
    lastReply: 'cancelled',
  },
  REFUND: {
    before: ['authorize', 'capture'],
    message: (attempt) => refundMessage(attempt),
    effects: [...taken, 'REFUND 1000'],
    lastReply: 'refunded',
  },
};

/** Receives the message in a process of its own; gives the signal that ended it. */
const inProcess = async (message: object, crashPointFile: string): Promise<NodeJS.Signals | null> => {
  const { url, secretKey } = kit.simulator.client;
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'crash-points.fixture.ts'), kit.databaseUrl, url, secretKey],
    { env: { PATH: process.env.PATH, CRASH_POINT_FILE: crashPointFile }, stdio: ['pipe', 'ignore', 'inherit'] },
  );
  child.stdin.end(`${JSON.stringify(message)}\n`);
  const [, signal] = await once(child, 'exit');
  return signal;
};

/** Makes the call of this point in a process that dies there. */
const killAt = async (point: CrashPoint, folder: string) => {
  const { token = 'tok_approve', before, message } = calls[point.split(':')[0] as OperationKind];
  const attempt = anAttempt();
  const { commands } = kit.app;
  if (before.includes('authorize'))
    await commands.authorizePayment(authorizeMessage(attempt, { paymentMethodToken: token }));
  if (before.includes('capture')) await commands.capturePayment(captureMessage(attempt));
  const file = path.join(folder, attempt.attemptId);
  await writeFile(file, point);
  const signal = await inProcess(await message(attempt), file);
  return {
    attempt,
    signal,
    hasPassed: await readFile(file).then(
      () => false,
      () => true,
    ),
  };
};

const killed = new Map<CrashPoint, Awaited<ReturnType<typeof killAt>>>();

// All are killed before the sweep takes up what is open: a sweep beside them would make their calls while they make them.
beforeAll(async () => {
  kit = await paymentTestApp();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'agora-crash-'));
  for (const kind of operationKinds) {
    const points = crashPoints.filter((point) => point.startsWith(`${kind}:`));
    await Promise.all(points.map(async (point) => killed.set(point, await killAt(point, folder))));
  }
  await rm(folder, { recursive: true, force: true });
  await kit.sweepLater();
}, 120_000);
afterAll(() => kit[Symbol.asyncDispose]());

test.for(crashPoints)('%s', async (point) => {
  const { effects, lastReply } = calls[point.split(':')[0] as OperationKind];
  const { attempt, signal, hasPassed } = killed.get(point) ?? expect.fail('nothing was killed there');

  expect({ signal, hasPassed }).toEqual({ signal: 'SIGKILL', hasPassed: true });
  expect(await kit.prisma.operation.count({ where: { doneAt: null, payment: { attemptId: attempt.attemptId } } })).toBe(
    0,
  );
  expect(await kit.effects(attempt)).toEqual(effects);
  // In no order: ids of two processes are in that of their clocks.
  expect((await kit.ledger(attempt)).toSorted()).toEqual(effects.toSorted());
  expect((await kit.replyTypes(attempt)).filter((type) => type === lastReply)).toHaveLength(1);
});
