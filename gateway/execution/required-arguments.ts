/**
 * Fields that a `@requires` selects with arguments. The planner asks for them under their own names, takes a client's
 * field of that name for the same one, and drops the client's arguments. So such a field of a client has a name of its
 * own in the plan, and its key back in the response.
 */
import { type DocumentNode, Kind, parse, visit } from 'graphql';

/** Names of the fields that any `@requires` of a supergraph selects with arguments. */
export const requiredWithArguments = (supergraph: string): ReadonlySet<string> => {
  const names = new Set<string>();
  visit(parse(supergraph, { noLocation: true }), {
    Directive: ({ name, arguments: given = [] }) => {
      if (name.value !== 'join__field') return;
      for (const { name: argument, value } of given)
        if (argument.value === 'requires' && value.kind === Kind.STRING)
          for (const field of withArguments(value.value)) names.add(field);
    },
  });
  return names;
};

const withArguments = (selection: string): readonly string[] => {
  const names: string[] = [];
  visit(parse(`{ ${selection} }`, { noLocation: true }), {
    Field: ({ name, arguments: given = [] }) => void (given.length > 0 && names.push(name.value)),
  });
  return names;
};

export interface PlannedDocument {
  readonly document: DocumentNode;
  /** The client's key for one of the plan. */
  readonly clientKey: (key: string) => string;
  /** Nothing had to be renamed. */
  readonly isAsSent: boolean;
}

/** The document as it is planned and executed. */
export const plannedDocument = (document: DocumentNode, required: ReadonlySet<string>): PlannedDocument => {
  const keys = required.size > 0 ? keysIn(document) : new Set<string>();
  const planned = new Map<string, string>();
  for (const key of keys) {
    if (!required.has(key)) continue;
    let name = `${key}_`;
    while (keys.has(name)) name += '_';
    planned.set(key, name);
  }
  if (planned.size === 0) return { document, clientKey: (key) => key, isAsSent: true };
  const sent = new Map([...planned].map(([key, name]) => [name, key]));
  return {
    document: visit(document, {
      Field: (node) => {
        const value = planned.get((node.alias ?? node.name).value);
        return value ? { ...node, alias: { kind: Kind.NAME, value } } : undefined;
      },
    }),
    clientKey: (key) => sent.get(key) ?? key,
    isAsSent: false,
  };
};

const keysIn = (document: DocumentNode): Set<string> => {
  const keys = new Set<string>();
  visit(document, { Field: ({ alias, name }) => void keys.add((alias ?? name).value) });
  return keys;
};
