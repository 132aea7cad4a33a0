/**
 * Representations: what an `_entities` fetch says of each entity. They are written as JSON text at once, because the
 * text is needed three times: equal texts are the same entity, it goes into the request's body, and into cache keys.
 */
import type { FetchDataRewrite, QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { quoted } from './leaves.ts';
import { merge, setOwn } from './merge.ts';
import { rewrite } from './rewrites.ts';
import type { Data } from './targets.ts';
import type { IsOfType } from './types.ts';

/** The text, or `undefined` for an object about which the fetch has nothing to ask. */
type Represent = (object: Data) => string | undefined;

export interface Representations {
  readonly textOf: Represent;
  /**
   * Where an object's representation is its type and one value, that value: cheaper to compare than the text.
   * `undefined` elsewhere.
   */
  readonly soleKeyOf: (object: Data) => string | undefined;
}

interface OfType {
  readonly textOf: Represent;
  readonly soleKey?: string | undefined;
}

interface RequiredFields {
  readonly requires: readonly QueryPlanSelectionNode[];
  readonly inputRewrites: readonly FetchDataRewrite[];
  readonly isOfType: IsOfType;
}

export const compileRepresentations = (required: RequiredFields): Representations => {
  const byType = new Map<unknown, OfType>();
  const ofType = (object: Data): OfType => {
    const { __typename: typename } = object;
    if (typeof typename !== 'string') return nothing;
    const known = byType.get(typename);
    if (known) return known;
    const represent = representationOf(typename, required);
    // A subgraph could invent any number of names; a plan has few that matter.
    if (byType.size < typesRemembered) byType.set(typename, represent);
    return represent;
  };
  return {
    textOf: (object) => ofType(object).textOf(object),
    soleKeyOf: (object) => {
      const { soleKey } = ofType(object);
      const value = soleKey === undefined ? undefined : object[soleKey];
      return typeof value === 'string' ? value : undefined;
    },
  };
};

const nothing: OfType = { textOf: () => undefined };

// More than an abstract type has members in any graph seen; each costs a function.
const typesRemembered = 1_000;

const representationOf = (typename: string, { requires, inputRewrites, isOfType }: RequiredFields): OfType => {
  const selections = requires.flatMap((node) => {
    if (node.kind === 'Field') return [[node]];
    return node.typeCondition && isOfType(typename, node.typeCondition) ? [node.selections] : [];
  });
  if (selections.length === 0) return nothing;
  const [only] = selections;
  const isOne = selections.length === 1 && inputRewrites.length === 0;
  if (only && isOne && only.every(isPlain) && only.some((field) => responseName(field) === '__typename'))
    return { textOf: textOf(only), soleKey: soleKeyIn(only) };
  const build: Represent = (object) => {
    const built: Data = {};
    for (const selection of selections) merge(built, buildObject(object, selection, isOfType) ?? {});
    // Before rewrites, which set a type even where the object lacked what is required.
    if (!Object.hasOwn(built, '__typename') || !built.__typename) return undefined;
    rewrite(built, inputRewrites, isOfType);
    return JSON.stringify(built);
  };
  return { textOf: build };
};

const soleKeyIn = (fields: readonly QueryPlanFieldNode[]): string | undefined => {
  const [only, ...others] = fields.map(responseName).filter((key) => key !== '__typename');
  const isSole = others.length === 0 && fields.every(({ selections }) => !selections);
  return only !== undefined && isSole && !(only in Object.prototype) ? only : undefined;
};

const isPlain = (node: QueryPlanSelectionNode): node is QueryPlanFieldNode =>
  node.kind === 'Field' && (node.selections ?? []).every(isPlain);

const responseName = ({ alias, name }: QueryPlanFieldNode): string => alias ?? name;

const textOf = (fields: readonly QueryPlanFieldNode[]): Represent => {
  const parts = fields.map((field, index) => {
    const key = responseName(field);
    const prefix = `${index === 0 ? '{' : ','}${JSON.stringify(key)}:`;
    const inner = field.selections?.filter(isPlain);
    return { key, prefix, isInherited: key in Object.prototype, inner: inner && listOrObject(textOf(inner)) };
  });
  return (object) => {
    let text = '';
    for (const { key, prefix, isInherited, inner } of parts) {
      const value = isInherited && !Object.hasOwn(object, key) ? undefined : object[key];
      if (value === undefined) return undefined;
      text += prefix + (inner ? inner(value) : leafText(value));
    }
    return `${text}}`;
  };
};

const leafText = (value: unknown): string => (typeof value === 'string' ? quoted(value) : JSON.stringify(value));

const listOrObject = (represent: Represent) => {
  const write = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
    return (typeof value === 'object' && value !== null && represent(value as Data)) || 'null';
  };
  return write;
};

/** Any selection; `undefined` when the object lacks a field of it. */
const buildObject = (
  object: Data,
  selection: readonly QueryPlanSelectionNode[],
  isOfType: IsOfType,
): Data | undefined => {
  const built: Data = {};
  for (const node of selection) {
    if (node.kind !== 'Field') {
      if (node.typeCondition && isOfType(object.__typename, node.typeCondition))
        merge(built, buildObject(object, node.selections, isOfType) ?? {});
      continue;
    }
    const key = responseName(node);
    if (!Object.hasOwn(object, key)) return undefined;
    setOwn(built, key, node.selections ? buildValue(object[key], node.selections, isOfType) : object[key]);
  }
  return built;
};

const buildValue = (value: unknown, selection: readonly QueryPlanSelectionNode[], isOfType: IsOfType): unknown => {
  if (Array.isArray(value)) return value.map((each) => buildValue(each, selection, isOfType));
  return typeof value === 'object' && value !== null ? (buildObject(value as Data, selection, isOfType) ?? null) : null;
};
