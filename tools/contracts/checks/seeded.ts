/** Seeded violations: the world of this checkout with one thing wrong, which the check must find. */
import { OperationTypeNode, parse } from 'graphql';
import type { SubgraphName } from '#ops/services.ts';
import { type Check, type Finding, runCheck } from '../check.ts';
import { whatIf } from '../what-if.ts';
import { openWorld, type PublishedOperation, sdlOf, type World } from '../world.ts';

/** As it is. Tests change copies of it. */
export const world: World = openWorld();

/** The world with `from` in a subgraph's SDL replaced. Throws when `from` is not there: the violation would test nothing. */
export const withChangedSdl = (subgraph: SubgraphName, from: string | RegExp, to: string, base = world): World => {
  const sdl = sdlOf(base, subgraph);
  const changed = sdl.replace(from, to);
  if (changed === sdl) throw new Error(`${subgraph}'s SDL has no ${from}`);
  return whatIf(base, subgraph, `subgraphs/${subgraph}/schema.graphql`, changed);
};

/** The world with one more published operation. */
export const withOperation = (name: string, text: string, base = world): World => {
  const document = parse(text);
  const operation: PublishedOperation = {
    client: 'storefront',
    file: 'operations/storefront/seeded.graphql',
    name,
    type: OperationTypeNode.QUERY,
    text,
    document,
  };
  return { ...base, operations: [...base.operations, operation] };
};

export const findingsOf = async (check: Check, inWorld: World): Promise<readonly Finding[]> =>
  (await runCheck(check, inWorld)).findings;

/** The worst of what it finds, as one line: `breach Cart.total: … → …`. */
export const sayings = async (check: Check, inWorld: World): Promise<string[]> =>
  (await findingsOf(check, inWorld)).map(
    ({ severity, culprit, message, wayOut }) => `${severity} ${culprit}: ${message} → ${wayOut}`,
  );
