/** Which rate-limit buckets an operation is charged to, and how much. */
import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { parseEmail } from '#contracts/email.ts';
import type { Viewer } from '#contracts/viewer.ts';
import { fragmentsOf } from '#platform/graphql/fragments.ts';
import { addressKey } from '#platform/resilience/limit-key.ts';
import type { RateLimitConfig } from './variables.ts';

export interface Bucket {
  readonly points: number;
  readonly windowSeconds: number;
}

const minute = 60;

export const buckets = (config: RateLimitConfig) =>
  ({
    viewer: { points: config.RATE_LIMIT_VIEWER_COST, windowSeconds: minute },
    guest: { points: config.RATE_LIMIT_GUEST_COST, windowSeconds: minute },
    'viewer-mutations': { points: config.RATE_LIMIT_VIEWER_MUTATIONS, windowSeconds: minute },
    'guest-mutations': { points: config.RATE_LIMIT_GUEST_MUTATIONS, windowSeconds: minute },
    credentials: { points: config.RATE_LIMIT_CREDENTIALS_PER_ADDRESS, windowSeconds: 10 * minute },
    account: { points: config.RATE_LIMIT_CREDENTIALS_PER_ACCOUNT, windowSeconds: 10 * minute },
  }) as const satisfies Record<string, Bucket>;

export type BucketName = keyof ReturnType<typeof buckets>;

interface Charge {
  readonly bucket: BucketName;
  readonly key: string;
  readonly points: number;
}

interface LimitedOperation {
  readonly viewer: Viewer;
  readonly address: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly rootFields: readonly RootField[];
  readonly cost: number;
}

/** The operation is refused when any of them is exhausted. */
export const chargesOf = (operation: LimitedOperation, credentialFields: ReadonlySet<string>): Charge[] => {
  const { viewer, kind, rootFields, cost } = operation;
  const address = addressKey(operation.address);
  const payers = payersOf(viewer, address);
  // An operation that costs nothing (`{ __typename }`) is still a request.
  const charges: Charge[] = payers.map(({ who, key }) => ({ bucket: who, key, points: Math.max(1, Math.ceil(cost)) }));
  if (kind !== 'mutation') return charges;

  const credentials = rootFields.filter(({ name }) => credentialFields.has(name));
  for (const { who, key } of payers)
    charges.push({ bucket: `${who}-mutations`, key, points: Math.max(1, rootFields.length) });
  if (credentials.length > 0) charges.push({ bucket: 'credentials', key: address, points: credentials.length });
  for (const [account, points] of attemptsByAccount(credentials, { viewer, address }))
    charges.push({ bucket: 'account', key: account, points });
  return charges;
};

/**
 * Who pays for it. A guest with a session is both one viewer, wherever they are, and one of the guests at their address:
 * beginning sessions must not multiply what an address may do.
 */
const payersOf = (viewer: Viewer, address: string): { who: 'viewer' | 'guest'; key: string }[] => {
  if (viewer.kind !== 'guest') return [{ who: 'viewer', key: viewer.id }];
  const atAddress = { who: 'guest', key: address } as const;
  return viewer.session ? [{ who: 'viewer', key: viewer.session.guestId }, atAddress] : [atAddress];
};

interface Source {
  readonly viewer: Viewer;
  readonly address: string;
}

const attemptsByAccount = (credentials: readonly RootField[], source: Source): Map<string, number> => {
  const attempts = new Map<string, number>();
  for (const account of credentials.map((field) => accountKey(field, source)))
    if (account) attempts.set(account, (attempts.get(account) ?? 0) + 1);
  return attempts;
};

/**
 * An account as tried from one address, so that nobody can exhaust it for others. Taken from an `email` argument or
 * input field; without one it is the viewer's own, whose password has to be proved once more. Hashed, so that Redis does
 * not hold e-mail addresses.
 */
const accountKey = ({ args }: RootField, { viewer, address }: Source): string | undefined => {
  const inputs = [args, ...Object.values(args)].filter(
    (value): value is object => typeof value === 'object' && value !== null,
  );
  const typed = inputs
    .flatMap((input) => ('email' in input ? [input.email] : []))
    .find((value) => typeof value === 'string');
  const account = typed === undefined ? viewer.kind === 'user' && viewer.id : parseEmail(typed);
  return account ? createHash('sha256').update(`${account} ${address}`).digest('base64url').slice(0, 22) : undefined;
};

interface RootField {
  readonly name: string;
  /** Unvalidated, with variables or their defaults substituted. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** One per response key: `a: signIn(…) b: signIn(…)` are two. `@skip` and `@include` are ignored. */
export const rootFieldsOf = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  sent: Readonly<Record<string, unknown>>,
): RootField[] => {
  const variables = { ...defaultsOf(operation), ...sent };
  const fragments = fragmentsOf(document);
  const found = new Map<string, RootField>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        // Once is enough: a second visit yields the same response keys.
        fragments.delete(selection.name.value);
        if (fragment) visit(fragment.selectionSet);
      } else {
        const args = (selection.arguments ?? []).map(({ name, value }) => [
          name.value,
          valueFromASTUntyped(value, variables),
        ]);
        found.set((selection.alias ?? selection.name).value, {
          name: selection.name.value,
          args: Object.fromEntries(args),
        });
      }
    }
  };
  visit(operation.selectionSet);
  return [...found.values()];
};

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
