/** An order, its neighbours and the network between them, for the model test: one incident at a time. */
import type { NewMessage } from '#contracts/envelope.ts';
import { type AttemptId, type GuestId, namedId, type UserId } from '#contracts/ids.ts';
import { aNewOrder, attempt, noon } from '#kit/order/builders.ts';
import type { Order } from '../order/order.ts';
import { begin, type Changed, decide } from './decide.ts';
import type { CheckoutEvent, Reply } from './messages.ts';
import {
  confirm,
  expire,
  handle,
  type Luck,
  mergeAtPayment,
  type Neighbours,
  neighbours,
} from './model-neighbours.fixture.ts';
import { type OrderStatus, defaultTimings as timings } from './steps.ts';

/** Something on its way: a command to a neighbour, or a reply to the order. */
type Parcel = { readonly id: number; readonly command: NewMessage } | { readonly id: number; readonly reply: Reply };

const guestId: GuestId = namedId('Guest', 'who signs in');
export const userId: UserId = namedId('User', 'whom the guest becomes');

export interface World {
  order: Order;
  now: Date;
  attempts: AttemptId[];
  readonly others: Neighbours;
  network: Parcel[];
  readonly seen: Set<number>;
  nextId: number;
  readonly been: Set<OrderStatus>;
}

export const kinds = [
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
  'merge',
] as const;
export type Incident = { readonly kind: (typeof kinds)[number]; readonly pick: number; readonly luck: Luck };

const post = (world: World, messages: readonly NewMessage[]) => {
  const commands = messages.filter(({ type }) => !type.startsWith('order.'));
  world.network.push(...commands.map((command) => ({ id: world.nextId++, command })));
};

const apply = (world: World, { order, messages }: Changed) => {
  world.order = order;
  world.been.add(order.status);
  if (!world.attempts.includes(order.attempt.id)) world.attempts.push(order.attempt.id);
  post(world, messages);
};

const happen = (world: World, event: CheckoutEvent) => {
  const decision = decide(timings, world.order, event, world.now);
  if (decision.kind === 'changed') apply(world, decision);
};

export const start = (): World => {
  const begun = begin(timings, aNewOrder({ customerId: guestId }), noon);
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
  apply(world, begun);
  return world;
};

/** Both ends have an inbox: a parcel that is delivered twice is opened once. */
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

const mergeAtOrder = (world: World) => {
  world.order = { ...world.order, customerId: userId };
};

type Happen = (world: World, parcel: Parcel | undefined, incident: Incident) => void;

const incidents: Record<Incident['kind'], Happen> = {
  deliver: (world, parcel, { luck }) => {
    if (!parcel) return;
    take(world, parcel);
    open(world, parcel, luck);
  },
  duplicate: (world, parcel, { luck }) => parcel && open(world, parcel, luck),
  // As when a command or a reply is sent again: the same content in another envelope.
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
  // Each service learns by itself, and keeps what it knows; the order changes its owner without a change of its version.
  merge: (world, _, { pick }) => (pick % 2 === 0 ? mergeAtOrder(world) : mergeAtPayment(world.others, guestId, userId)),
  expire: (world, _, { pick }) => expire(world.others, attemptOf(world, pick)),
};

export const run = (world: World, it: Incident) =>
  incidents[it.kind](world, world.network[it.pick % Math.max(world.network.length, 1)], it);

/** From here on nothing is lost and nothing fails, and operators resume what is parked. */
export const settle = (world: World) => {
  mergeAtOrder(world);
  mergeAtPayment(world.others, guestId, userId);
  for (let rounds = 0; rounds < 500; rounds++) {
    if (world.network.length > 0) run(world, { kind: 'deliver', pick: 0, luck: 'good' });
    else if (world.order.step.deadline) letTimePass(world);
    else if (world.order.status === 'NEEDS_ATTENTION') happen(world, { type: 'resumeRequested' });
    else return;
  }
  throw new Error(`still ${world.order.status} after 500 rounds`);
};
