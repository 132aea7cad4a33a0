/**
 * Bounds of an operation's shape, in force before the rest of validation looks at it: comparing the fields that may be
 * merged takes time with the square of their number, a third of a second for 20 KB of one field repeated.
 */
import { type ASTVisitor, type DocumentNode, type GraphQLError, Kind, type ValidationContext } from 'graphql';
import { documentShape, type OperationShape } from './operation-shape.ts';
import { type CountedLimit, type Rejections, tooMany } from './rejections.ts';
import type { LimitsConfig } from './variables.ts';

/**
 * A validation rule: Apollo Server keeps the documents that it has found valid, so each is looked at once. Being a rule
 * it sees documents, and bounds the largest operation of each.
 */
export const shapeRule = (config: LimitsConfig, { record }: Rejections) => {
  const bounds: readonly (readonly [CountedLimit, keyof OperationShape, maximum: number])[] = [
    ['DEPTH', 'depth', config.LIMIT_DEPTH],
    ['ROOT_FIELD', 'rootFields', config.LIMIT_ROOT_FIELDS],
    ['FIELD', 'fields', config.LIMIT_FIELDS],
    ['ALIAS', 'aliases', config.LIMIT_ALIASES],
    ['DIRECTIVE', 'directives', config.LIMIT_DIRECTIVES],
    ['FRAGMENT', 'fragments', config.LIMIT_FRAGMENTS],
  ];
  const refusals = (document: DocumentNode): GraphQLError[] => {
    const shape = documentShape(document);
    return bounds
      .filter(([, what, maximum]) => shape[what] > maximum)
      .flatMap(
        ([limit, what, maximum]) => record(limit, tooMany(limit, shape[what], maximum), namesOf(document)) ?? [],
      );
  };

  return (context: ValidationContext): ASTVisitor => ({
    Document: (document) => {
      const [refusal] = refusals(document);
      if (!refusal) return undefined;
      context.reportError(refusal);
      // In its place the other rules get a document that has nothing to look at.
      return { ...document, definitions: [] };
    },
  });
};

const namesOf = ({ definitions }: DocumentNode) => ({
  operations: definitions.flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION ? (node.name?.value ?? '') : [])),
});
