/** Whether a viewer meets a condition. */
import type { Viewer } from '#contracts/viewer.ts';
import type { RequestContext } from '../identity/request-context.ts';
import type { Combinations, Condition } from './conditions.ts';

/** Decides a policy of `@policy` for one request. A rejection fails the request. */
export type DecidePolicy = (policy: string, request: RequestContext) => boolean | Promise<boolean>;

/** A policy is the name of a scope. */
export const policyIsScope: DecidePolicy = (policy, { viewer }) => scopesOf(viewer).has(policy);

const none: ReadonlySet<string> = new Set();
const known = new WeakMap<Viewer, ReadonlySet<string>>();

/** Those of the token; without any, the viewer's permissions. */
const scopesOf = (viewer: Viewer): ReadonlySet<string> => {
  if (viewer.kind === 'guest') return none;
  const scopes = known.get(viewer) ?? new Set((viewer.kind === 'user' && viewer.scopes) || viewer.permissions);
  known.set(viewer, scopes);
  return scopes;
};

/** Indices of the conditions that are not met. */
export const deniedOf = async (
  conditions: readonly Condition[],
  request: RequestContext,
  decidePolicy: DecidePolicy,
): Promise<readonly number[]> => {
  const { viewer } = request;
  const policies = await decided(conditions, request, decidePolicy);
  const meets = (condition: Condition): boolean => {
    // A guest's session is a cart and no account.
    if (condition.kind === 'authenticated') return viewer.kind !== 'guest';
    return isAny(condition.anyOf, condition.kind === 'scopes' ? scopesOf(viewer) : policies);
  };
  return conditions.flatMap((condition, index) => (meets(condition) ? [] : [index]));
};

const isAny = (anyOf: Combinations, held: ReadonlySet<string>): boolean =>
  anyOf.some((names) => names.every((name) => held.has(name)));

/** The policies that hold, each decided once. */
const decided = async (
  conditions: readonly Condition[],
  request: RequestContext,
  decidePolicy: DecidePolicy,
): Promise<ReadonlySet<string>> => {
  const asked = conditions.flatMap((condition) => (condition.kind === 'policies' ? condition.anyOf.flat() : []));
  if (asked.length === 0) return none;
  const held = await Promise.all(
    [...new Set(asked)].map(async (policy) => ((await decidePolicy(policy, request)) ? [policy] : [])),
  );
  return new Set(held.flat());
};
