/** The rules of `tools/contracts/rules/`, as checks. Each rule has its seeded violation in graph-rules.test.ts. */
import type { Check } from '../check.ts';
import { everyFieldHasADecision } from '../rules/access.ts';
import { everyEntityHasAHome, whatCrossesABorderMayBeMissing } from '../rules/borders.ts';
import { type Graph, graphOf, type Rule } from '../rules/graph.ts';
import { everyMutationAnswersAUnion, everyMutationTakesAnIdempotencyKey } from '../rules/mutations.ts';
import * as words from '../rules/words.ts';
import type { World } from '../world.ts';

const graphs = new WeakMap<World['sources'], Graph>();

const graphOfWorld = ({ sources }: World): Graph => {
  const known = graphs.get(sources) ?? graphOf(sources);
  graphs.set(sources, known);
  return known;
};

const checkOf = (name: string, title: string, rules: readonly Rule[]): Check => ({
  name,
  title,
  needs: 'files',
  run: (world) => rules.flatMap((rule) => rule(graphOfWorld(world))),
});

export const nullability = checkOf(
  'nullability',
  'What crosses a border between subgraphs may be missing, so a neighbour that is away costs a field.',
  [everyEntityHasAHome, whatCrossesABorderMayBeMissing],
);

export const access = checkOf(
  'access',
  'Every field says who may ask; every mutation takes an idempotency key and can answer with its failures.',
  [everyFieldHasADecision, everyMutationTakesAnIdempotencyKey, everyMutationAnswersAUnion],
);

export const wording = checkOf(
  'wording',
  'Everything that a client can see has a description, and nothing is a Float.',
  Object.values(words),
);
