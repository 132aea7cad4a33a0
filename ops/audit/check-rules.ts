/** Runs the rules of a round: those about orders page by page, the others one after the other. */
import { auditedOrders, unchanged } from './audited-orders.ts';
import type { Finding } from './report.ts';
import type { AuditContext, AuditedOrder, Breach, OrderBreach, OrderRule, Rule } from './rule.ts';

type OnTiming = (what: string, tookMs: number) => void;

/** A finding for each rule, in the order of the rules. Empty for one that this round leaves out. */
export const checkRules = async (
  rules: readonly Rule[],
  context: AuditContext,
  onTiming: OnTiming = () => undefined,
): Promise<readonly Finding[]> => {
  const found = new Map<string, readonly Breach[]>();
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    onTiming(what, performance.now() - start);
    return result;
  };
  const aboutOrders = rules.filter((rule) => rule.scope === 'orders');
  const ofOrders = await timed('the rules about single orders', () => checkOrders(aboutOrders, context));
  for (const [name, breaches] of ofOrders) found.set(name, breaches);
  for (const rule of rules) {
    if (rule.scope === 'orders' || (rule.scope === 'full' && context.moved)) continue;
    found.set(rule.name, await timed(rule.name, () => rule.check(context)));
  }
  return rules.map(({ name, promise }) => ({ rule: name, promise, breaches: found.get(name) ?? [] }));
};

/** All rules share a page, and ask side by side: each database has one connection, and there are four of them. */
const checkOrders = async (
  rules: readonly OrderRule[],
  context: AuditContext,
): Promise<ReadonlyMap<string, readonly OrderBreach[]>> => {
  const found = new Map<string, OrderBreach[]>(rules.map(({ name }) => [name, []]));
  for await (const page of auditedOrders(context))
    await Promise.all(
      rules.map(async ({ name, check }) => {
        found.get(name)?.push(...(await stillThere(context, page, await check(context, page))));
      }),
    );
  return found;
};

/**
 * The orders were read before what they are compared with: one that was cancelled in between looks like one that was paid
 * and is not. Its services act on nothing but its own messages, so an order that is still as it was read was not touched.
 */
const stillThere = async (
  { databases }: AuditContext,
  page: readonly AuditedOrder[],
  breaches: readonly OrderBreach[],
): Promise<readonly OrderBreach[]> => {
  if (breaches.length === 0) return [];
  const same = await unchanged(databases.order, page);
  return breaches.filter(({ ids }) => same.has(ids.order));
};
