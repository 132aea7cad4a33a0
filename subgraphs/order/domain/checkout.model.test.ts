/**
 * The checkout against its neighbours, over a network that delivers in any order, twice, late or not at all, while
 * people cancel and pay and time runs out. Whatever happens, once the dust has settled the order has ended, and stock
 * and money say the same as it does.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewMessage } from '../../../contracts/envelope.ts';
import type { AttemptId } from '../../../contracts/ids.ts';
import { aNewOrder, attempt, noon } from '../../../tests/kit/order-builders.ts';
import {
  confirm,
  expire,
  handle,
  isHeldOrSold,
  isHeldOrTaken,
  type Luck,
  type Neighbours,
  neighbours,
} from '../../../tests/kit/order-neighbours.ts';
import { begin, type Changed, decide } from './checkout.ts';
import type { CheckoutEvent, Reply } from './checkout-events.ts';
import { steps } from './checkout-steps.ts';
import type { Order } from './order.ts';
import type { OrderStatus } from './order-status.ts';
import { defaultTimings as timings } from './timings.ts';

/** Something on its way: a command to a neighbour, or a reply to the order. */
type Parcel = { readonly id: number; readonly command: NewMessage } | { readonly id: number; readonly reply: Reply };

interface World {
  order: Order;
  now: Date;
  attempts: AttemptId[];
  readonly others: Neighbours;
  network: Parcel[];
  readonly seen: Set<number>;
  nextId: number;
  readonly been: Set<OrderStatus>;
}

const kinds = [
  'deliver',
  'duplicate',
  'repeat',
  'lose',
  'timeOut',
  'cancel',
  'pay',
  'resume',
  'confirm',
  'expire',
] as const;
type Happening = { readonly kind: (typeof kinds)[number]; readonly pick: number; readonly luck: Luck };

const happening: fc.Arbitrary<Happening> = fc.record({
  // Mostly the network does its work; otherwise few checkouts would get beyond the first step.
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('deliver' as const) },
    { weight: 9, arbitrary: fc.constantFrom(...kinds) },
  ),
  pick: fc.nat({ max: 20 }),
  luck: fc.oneof(
    { weight: 3, arbitrary: fc.constant('good' as const) },
    fc.constantFrom('bad' as const, 'odd' as const),
  ),
});

const post = (world: World, messages: readonly NewMessage[]) => {
  const commands = messages.filter(({ type }) => !type.startsWith('order.'));
  world.network.push(...commands.map((command) => ({ id: world.nextId++, command })));
};

const enact = (world: World, { order, messages }: Changed) => {
  world.order = order;
  world.been.add(order.status);
  if (!world.attempts.includes(order.attempt.id)) world.attempts.push(order.attempt.id);
  post(world, messages);
};

const happen = (world: World, event: CheckoutEvent) => {
  const decision = decide(timings, world.order, event, world.now);
  if (decision.kind === 'changed') enact(world, decision);
};

const start = (): World => {
  const begun = begin(timings, aNewOrder(), noon);
  const world: World = {
    order: begun.order,
    now: noon,
    attempts: [],
    others: neighbours(),
    network: [],
    seen: new Set(),
    nextId: 1,
    been: new Set(),
  };
  enact(world, begun);
  return world;
};

/** Both ends have an inbox: a parcel that comes twice is opened once. */
const open = (world: World, parcel: Parcel, luck: Luck) => {
  if (world.seen.has(parcel.id)) return;
  world.seen.add(parcel.id);
  if ('reply' in parcel) happen(world, parcel.reply);
  else world.network.push({ id: world.nextId++, reply: handle(world.others, parcel.command, luck) });
};

const letTimePass = (world: World) => {
  if (world.order.step.deadline && world.order.step.deadline > world.now) world.now = world.order.step.deadline;
  happen(world, { type: 'timedOut' });
};

const take = (world: World, parcel: Parcel) => {
  world.network = world.network.filter((it) => it !== parcel);
};

const attemptOf = ({ attempts, order }: World, pick: number) => attempts[pick % attempts.length] ?? order.attempt.id;

type Happen = (world: World, parcel: Parcel | undefined, happening: Happening) => void;

const happenings: Record<Happening['kind'], Happen> = {
  deliver: (world, parcel, { luck }) => {
    if (!parcel) return;
    take(world, parcel);
    open(world, parcel, luck);
  },
  duplicate: (world, parcel, { luck }) => parcel && open(world, parcel, luck),
  // As when a command is sent again, or answered again: the same words in another envelope.
  repeat: (world, parcel) => parcel && world.network.push({ ...parcel, id: world.nextId++ }),
  lose: (world, parcel) => parcel && take(world, parcel),
  timeOut: letTimePass,
  cancel: (world) => happen(world, { type: 'cancelRequested', by: 'CUSTOMER' }),
  pay: (world) => {
    const attemptId = attempt(`attempt ${world.attempts.length + 1}`);
    happen(world, { type: 'payRequested', attemptId, paymentMethodToken: 'tok_other' });
  },
  resume: (world) => happen(world, { type: 'resumeRequested' }),
  confirm: (world, _, { pick, luck }) => {
    const reply = confirm(world.others, attemptOf(world, pick), luck);
    if (reply) world.network.push({ id: world.nextId++, reply });
  },
  expire: (world, _, { pick }) => expire(world.others, attemptOf(world, pick)),
};

const run = (world: World, it: Happening) =>
  happenings[it.kind](world, world.network[it.pick % Math.max(world.network.length, 1)], it);

/** From here on nothing is lost any more and nothing fails; people do what is asked of them. */
const settle = (world: World) => {
  for (let rounds = 0; rounds < 500; rounds++) {
    if (world.network.length > 0) run(world, { kind: 'deliver', pick: 0, luck: 'good' });
    else if (world.order.step.deadline) letTimePass(world);
    else if (world.order.status === 'NEEDS_ATTENTION') happen(world, { type: 'resumeRequested' });
    else return;
  }
  throw new Error(`still ${world.order.status} after 500 rounds`);
};

const checkOrder = ({ order }: World) => {
  const isWell = ['PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'CONFIRMED'].includes(order.status);
  expect(order.failure === null).toBe(isWell);
  expect(order.step.deadline !== null).toBe(steps[order.status].waits !== undefined);
  expect(order.undo.length > 0).toBe(order.status === 'COMPENSATING' || order.status === 'NEEDS_ATTENTION');
};

const checkNeverChargedTwice = ({ others }: World) => {
  expect([...others.money.values()].filter((money) => money === 'CAPTURED').length).toBeLessThanOrEqual(1);
};

const checkAgreement = ({ order, others, attempts }: World) => {
  expect(['CONFIRMED', 'REJECTED', 'CANCELLED']).toContain(order.status);
  for (const id of attempts) {
    const isPaid = order.status === 'CONFIRMED' && id === order.attempt.id;
    if (isPaid) expect([others.stock.get(id), others.money.get(id)]).toEqual(['COMMITTED', 'CAPTURED']);
    else expect([isHeldOrSold(others.stock.get(id)), isHeldOrTaken(others.money.get(id))]).toEqual([false, false]);
  }
};

describe('whatever the network, the neighbours and people do', () => {
  const been = new Set<OrderStatus>();

  it('the order ends, and stock and money agree with it', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (story) => {
        const world = start();
        for (const part of story) {
          run(world, part);
          checkOrder(world);
          checkNeverChargedTwice(world);
        }
        settle(world);
        checkAgreement(world);
        for (const status of world.been) been.add(status);
      }),
      { numRuns: 3_000 },
    );
  });

  it('and the stories that were told led through every status', () => {
    expect([...been].toSorted()).toEqual(Object.keys(steps).toSorted());
  });
});
