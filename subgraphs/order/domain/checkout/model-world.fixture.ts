/** An order, its neighbours and the network between them, for the model test: one incident at a time. */
import type { DataOf, NewMessage } from '#contracts/envelope.ts';
import { type AttemptId, type GuestId, namedId, type UserId } from '#contracts/ids.ts';
import type { OrderRefunded } from '#contracts/messages/order.ts';
import { money } from '#contracts/money.ts';
import { aLine, aNewOrder, attempt, noon } from '#kit/order/builders.ts';
import type { Order } from '../order/order.ts';
import { begin, decide } from './decide.ts';
import type { Changed } from './decision.ts';
import type { CheckoutEvent, Reply } from './messages.ts';
import { expire, handle, mergeAtPayment, type Neighbours, neighbours } from './model-neighbours.fixture.ts';
import { byHand, handKinds, isHeldOrTaken, type Luck } from './model-payment.fixture.ts';
import { type OrderStatus, type PaymentStatus, steps, defaultTimings as timings } from './steps.ts';

/**
 * Something on its way: a command to a neighbour, or a reply to the order. `isReport`: nobody has asked for it, so nobody asks
 * again, and what the outbox has is not lost.
 */
type Parcel =
  | { readonly id: number; readonly command: NewMessage }
  | { readonly id: number; readonly reply: Reply; readonly isReport?: true };

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
  readonly paid: Set<PaymentStatus>;
  /** What customers were told in all to have got back for the attempt of now. */
  toldRefunded: number;
  /** Attempts of which an operator was told. */
  readonly alarmed: Set<AttemptId>;
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
  ...handKinds,
] as const;
export type Incident = { readonly kind: (typeof kinds)[number]; readonly pick: number; readonly luck: Luck };

const post = (world: World, messages: readonly NewMessage[]) => {
  const commands = messages.filter(({ type }) => !type.startsWith('order.'));
  world.network.push(...commands.map((command) => ({ id: world.nextId++, command })));
};

const apply = (world: World, { order, messages }: Changed) => {
  if (world.order.attempt.id !== order.attempt.id) world.toldRefunded = 0;
  // A refund that failed is told as such; what is told of later counts on top of what was left.
  world.toldRefunded -= Math.max(0, world.order.payment.refunded - order.payment.refunded);
  for (const { type, data } of messages)
    if (type === 'order.refunded') world.toldRefunded += (data as DataOf<typeof OrderRefunded>).amount.amount;
  world.order = order;
  world.been.add(order.status);
  world.paid.add(order.payment.status);
  if (!world.attempts.includes(order.attempt.id)) world.attempts.push(order.attempt.id);
  post(world, messages);
};

const happen = (world: World, event: CheckoutEvent) => {
  const decision = decide(timings, world.order, event, world.now);
  if (decision.kind !== 'changed') return;
  if (decision.alarm) world.alarmed.add('data' in event ? event.data.attemptId : world.order.attempt.id);
  apply(world, decision);
};

/** With the token `none` nothing is to be paid. */
export const start = (paymentMethodToken = 'tok_approve'): World => {
  const isFree = paymentMethodToken === 'none';
  const order = aNewOrder({
    customerId: guestId,
    attempt: { id: attempt('first'), number: 1, method: isFree ? null : { paymentMethodToken } },
    ...(isFree && { lines: [aLine({ unitPrice: money(0, 'EUR') })] }),
  });
  const begun = begin(timings, order, noon);
  const world: World = {
    order: begun.order,
    now: noon,
    attempts: [],
    others: neighbours(),
    network: [],
    seen: new Set(),
    nextId: 1,
    been: new Set(),
    paid: new Set(),
    toldRefunded: 0,
    alarmed: new Set(),
  };
  apply(world, begun);
  return world;
};

/** Both ends have an inbox: a parcel that is delivered twice is opened once. */
const open = (world: World, parcel: Parcel, luck: Luck) => {
  if (world.seen.has(parcel.id)) return;
  world.seen.add(parcel.id);
  if ('reply' in parcel) happen(world, parcel.reply);
  else
    for (const reply of handle(world.others, parcel.command, luck)) world.network.push({ id: world.nextId++, reply });
};

const act = (world: World, attemptId: AttemptId, kind: keyof typeof byHand, luck: Luck) => {
  const money = world.others.money.get(attemptId);
  const reports = money ? byHand[kind](money, { attemptId }, luck) : [];
  world.network.push(...reports.map((reply) => ({ id: world.nextId++, reply, isReport: true as const })));
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

const handIncidents = Object.fromEntries(
  handKinds.map((kind) => [
    kind,
    (world: World, _: Parcel | undefined, { pick, luck }: Incident) => act(world, attemptOf(world, pick), kind, luck),
  ]),
) as Record<(typeof handKinds)[number], Happen>;

const incidents: Record<Incident['kind'], Happen> = {
  deliver: (world, parcel, { luck }) => {
    if (!parcel) return;
    take(world, parcel);
    open(world, parcel, luck);
  },
  duplicate: (world, parcel, { luck }) => parcel && open(world, parcel, luck),
  // As when a command or a reply is sent again: the same content in another envelope.
  repeat: (world, parcel) => parcel && world.network.push({ ...parcel, id: world.nextId++ }),
  // Not what an ended order still has to undo: nobody asks for that again, as at-least-once delivery makes it unnecessary.
  lose: (world, parcel) => {
    if (parcel && !('isReport' in parcel) && !steps[world.order.status].isTerminal) take(world, parcel);
  },
  timeOut: letTimePass,
  cancel: (world) => happen(world, { type: 'cancelRequested', by: 'CUSTOMER' }),
  pay: (world, _, { pick }) => {
    const attemptId = attempt(`attempt ${world.attempts.length + 1}`);
    const paymentMethodToken = pick % 3 === 0 ? 'offline_cash' : 'tok_other';
    happen(world, { type: 'payRequested', attemptId, method: { paymentMethodToken } });
  },
  resume: (world) => happen(world, { type: 'resumeRequested' }),
  // Each service learns by itself, and keeps what it knows; the order changes its owner without a change of its version.
  merge: (world, _, { pick }) => (pick % 2 === 0 ? mergeAtOrder(world) : mergeAtPayment(world.others, guestId, userId)),
  expire: (world, _, { pick }) => expire(world.others, attemptOf(world, pick)),
  ...handIncidents,
};

export const run = (world: World, it: Incident) =>
  incidents[it.kind](world, world.network[it.pick % Math.max(world.network.length, 1)], it);

/** What an operator does who was told that a customer lacks money of an order that has ended. */
const giveBack = (world: World): boolean => {
  if (world.order.status === 'CONFIRMED') return false;
  const owed = [...world.alarmed].find((id) => isHeldOrTaken(world.others.money.get(id)));
  if (owed) act(world, owed, 'refundAll', 'good');
  return owed !== undefined;
};

/** From here on nothing is lost and nothing fails, and operators resume what is parked. */
export const settle = (world: World) => {
  mergeAtOrder(world);
  mergeAtPayment(world.others, guestId, userId);
  for (let rounds = 0; rounds < 500; rounds++) {
    if (world.network.length > 0) run(world, { kind: 'deliver', pick: 0, luck: 'good' });
    else if (world.order.step.deadline) letTimePass(world);
    else if (world.order.status === 'NEEDS_ATTENTION') happen(world, { type: 'resumeRequested' });
    else if (!giveBack(world)) return;
  }
  throw new Error(`still ${world.order.status} after 500 rounds`);
};
