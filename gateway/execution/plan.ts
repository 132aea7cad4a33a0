/** Compiles a query plan to functions. */
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { compileFetch, type ExecuteFetch, type Run } from './fetch.ts';
import { childrenOf, nodesOf } from './plan-nodes.ts';
import { concurrentFetches, type Question, questionOf } from './questions.ts';
import { anonymous } from './requests.ts';
import type { Place, PlanPath } from './targets.ts';
import type { Types } from './types.ts';
import type { Path } from './write.ts';

export interface CompiledPlan {
  readonly execute: (run: Run, isOn: IsOn) => Promise<void>;
  readonly placeAt: (path: Path) => number | undefined;
}

/** The value of a Boolean variable. */
type IsOn = (variable: string) => boolean;

type ExecuteNode = (run: Run, isOn: IsOn) => Promise<void>;

/** What a plan may have that is left to the stock executor. */
export const unsupported = ['defer', 'subscription', 'context', 'representations-variable'] as const;
export type Unsupported = (typeof unsupported)[number];

/** Why a plan cannot be compiled; `undefined` when it can. */
export const unsupportedIn = ({ node }: QueryPlan): Unsupported | undefined => {
  if (node?.kind === 'Subscription') return 'subscription';
  for (const each of nodesOf(node)) {
    if (each.kind === 'Defer') return 'defer';
    if (each.kind !== 'Fetch') continue;
    if (each.contextRewrites?.length) return 'context';
    if (each.requires && each.variableUsages?.includes('representations')) return 'representations-variable';
  }
  return undefined;
};

export const compilePlan = ({ node }: QueryPlan, types: Types): CompiledPlan => {
  const root = node?.kind === 'Subscription' ? undefined : node;
  const places = placesOf(root);
  const compiled = root ? new PlanCompiler(root, places, types).node(root, []) : undefined;
  return {
    execute: async (run, isOn) => compiled?.(run, isOn),
    placeAt: (path) => places.get(keyOf(path)),
  };
};

const keyOf = (path: Path): string => path.join(' ');

/** Paths at which entities are fetched: where objects may come to be shared. */
const placesOf = (root: PlanNode | undefined): ReadonlyMap<string, number> => {
  const places = new Map<string, number>();
  const visit = (node: PlanNode | undefined, path: PlanPath): void => {
    if (node?.kind === 'Fetch' && node.requires && !places.has(keyOf(path))) places.set(keyOf(path), places.size);
    for (const child of childrenOf(node))
      visit(child, node?.kind === 'Flatten' ? [...path, ...node.path.map(String)] : path);
  };
  visit(root, []);
  return places;
};

/** How often each question is asked, whatever the number in its operation's name. */
const asked = (root: PlanNode): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const node of nodesOf(root))
    if (node.kind === 'Fetch') counts.set(wordingOf(node), (counts.get(wordingOf(node)) ?? 0) + 1);
  return counts;
};

const wordingOf = ({ serviceName, operation }: FetchNode): string => `${serviceName} ${anonymous(operation)}`;

class PlanCompiler {
  readonly #places: ReadonlyMap<string, number>;
  readonly #asked: ReadonlyMap<string, number>;
  readonly #types: Types;
  readonly #concurrent: ReadonlySet<FetchNode>;
  readonly #questions = new Map<string, Question | undefined>();

  constructor(root: PlanNode, places: ReadonlyMap<string, number>, types: Types) {
    this.#places = places;
    this.#asked = asked(root);
    this.#types = types;
    this.#concurrent = concurrentFetches(root);
  }

  node(node: PlanNode, path: PlanPath): ExecuteNode {
    switch (node.kind) {
      case 'Sequence':
        return sequence(node.nodes.map((child) => this.node(child, path)));
      case 'Parallel':
        return parallel(node.nodes.map((child) => this.node(child, path)));
      case 'Flatten':
        return this.node(node.node, [...path, ...node.path.map(String)]);
      case 'Condition':
        return this.#condition(node, path);
      case 'Fetch':
        return this.#fetch(node, path);
      case 'Defer':
        throw new Error('@defer is not supported');
      default:
        return node satisfies never;
    }
  }

  #condition({ condition, ifClause, elseClause }: PlanNode & { kind: 'Condition' }, path: PlanPath): ExecuteNode {
    const nothing: ExecuteNode = async () => undefined;
    const yes = ifClause ? this.node(ifClause, path) : nothing;
    const no = elseClause ? this.node(elseClause, path) : nothing;
    return (run, isOn) => (isOn(condition) ? yes : no)(run, isOn);
  }

  #fetch(node: FetchNode, path: PlanPath): ExecuteFetch {
    const isQuery = node.operationKind === 'query';
    return compileFetch({
      node,
      steps: this.#steps(path),
      place: this.#places.get(keyOf(path)),
      mayRepeat: isQuery && (this.#asked.get(wordingOf(node)) ?? 0) > 1,
      question: this.#concurrent.has(node) ? this.#question(node) : undefined,
      types: this.#types,
    });
  }

  #question(node: FetchNode): Question | undefined {
    const wording = wordingOf(node);
    const known = this.#questions.get(wording) ?? questionOf(node, this.#questions.size);
    this.#questions.set(wording, known);
    return known;
  }

  #steps(path: PlanPath): Place {
    return path.map((key, index) => ({ key, place: this.#places.get(keyOf(path.slice(0, index))) }));
  }
}

const sequence =
  (nodes: readonly ExecuteNode[]): ExecuteNode =>
  async (run, isOn) => {
    for (const node of nodes) await node(run, isOn);
  };

const parallel =
  (nodes: readonly ExecuteNode[]): ExecuteNode =>
  async (run, isOn) => {
    await Promise.all(nodes.map((node) => node(run, isOn)));
  };
