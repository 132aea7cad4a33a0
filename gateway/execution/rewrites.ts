/** What the planner has changed in a request or an answer: aliases of conflicting fields, types of interface objects. */
import type { FetchDataRewrite } from '@apollo/query-planner';
import { setOwn } from './merge.ts';
import type { Data } from './targets.ts';
import type { IsOfType } from './types.ts';

const onType = '... on ';

export const rewrite = (value: unknown, rewrites: readonly FetchDataRewrite[], isOfType: IsOfType): void => {
  for (const each of rewrites) applyAt(value, each, 0, isOfType);
};

const applyAt = (value: unknown, each: FetchDataRewrite, depth: number, isOfType: IsOfType): void => {
  if (Array.isArray(value)) {
    for (const element of value) applyAt(element, each, depth, isOfType);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const object = value as Data;
  const step = each.path[depth];
  if (step === undefined) return;
  if (step.startsWith(onType)) {
    const { __typename: typename } = object;
    if (!typename || isOfType(typename, step.slice(onType.length))) applyAt(object, each, depth + 1, isOfType);
  } else if (depth < each.path.length - 1) {
    if (Object.hasOwn(object, step)) applyAt(object[step], each, depth + 1, isOfType);
  } else apply(object, step, each);
};

const apply = (object: Data, key: string, each: FetchDataRewrite): void => {
  if (each.kind === 'ValueSetter') setOwn(object, key, each.setValueTo);
  else if (Object.hasOwn(object, key)) {
    setOwn(object, each.renameKeyTo, object[key]);
    delete object[key];
  }
};
