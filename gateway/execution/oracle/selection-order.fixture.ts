/** A second judge: graphql-js, given the response as data, writes it in the order that the specification prescribes. */
import {
  execute,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { type Case, type Contender, responseOf } from './comparison.fixture.ts';

const tag = 'type_of_this';

/** With `__typename` under a name of its own in each selection, so that fragments on abstract types can be judged. */
const tagged = (query: string): string =>
  print(
    visit(parse(query), {
      SelectionSet: {
        leave: (node): SelectionSetNode => ({
          ...node,
          selections: [
            ...node.selections,
            {
              kind: Kind.FIELD,
              alias: { kind: Kind.NAME, value: tag },
              name: { kind: Kind.NAME, value: '__typename' },
            },
          ],
        }),
      },
    }),
  );

const withoutTags = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutTags);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== tag);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutTags(inner)]));
};

/** Whether this data is in the order of selection. It is fetched once more, with the names of all types. */
export const isInSelectionOrder = async (contender: Contender, one: Case, data: unknown): Promise<boolean> => {
  const query = tagged(one.query);
  const response = await responseOf(contender, { ...one, query });
  if (JSON.stringify(withoutTags(response.data)) !== JSON.stringify(data)) return false;
  const document = parse(query);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) return false;
  const ordered = await execute({
    schema: contender.schema,
    document,
    rootValue: response.data,
    variableValues: one.variables,
    fieldResolver: (source, _, __, { path }) => source[path.key],
    typeResolver: (value: Record<string, unknown>) => {
      const type = contender.schema.getType(String(value[tag]));
      return isObjectType(type) ? type.name : undefined;
    },
  });
  return JSON.stringify(ordered.data) === JSON.stringify(response.data);
};
