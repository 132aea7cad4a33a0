import { accessDirectives } from '#platform/graphql/access.ts';
import { breach } from '../check.ts';
import { directiveNames, fieldsOf, isEntity, type Rule } from './graph.ts';

const decisions = (node: Parameters<typeof directiveNames>[0]): string[] =>
  directiveNames(node).filter((name) => accessDirectives.some((access) => access === name));

const wayOut = `Put one of ${accessDirectives.map((name) => `@${name}`).join(', ')} beside it in the SDL.`;

/** What anyone can reach by itself (a root field, an entity by its key) says so beside each field, not once for all. */
export const everyFieldHasADecision: Rule = (graph) =>
  fieldsOf(graph).flatMap(({ type, field, at }) => {
    const own = decisions(field);
    if (own.length > 1) return [breach(at, 'has several access decisions.', 'Leave the one that is meant.')];
    const mustBeOwn = isEntity(type) || type.name.value === 'Query' || type.name.value === 'Mutation';
    if (mustBeOwn) return own.length === 1 ? [] : [breach(at, 'has no access decision of its own.', wayOut)];
    return own.length === 1 || decisions(type).length === 1
      ? []
      : [breach(at, 'has no access decision, nor has its type.', wayOut)];
  });
