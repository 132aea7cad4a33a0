/** Every operation that a client is published with works on the graph as it is now. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type GraphQLSchema, parse, print, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
import { maxTokens } from '#gateway/limits/variables.ts';
import { type Check, type Finding, violation, violationUnless, warning } from '../check.ts';
import { graphOf } from '../graph.ts';
import { nameOf, type PublishedOperation, root, type Workspace } from '../workspace.ts';
import { type Deprecation, deprecationOf } from './breaking-changes.ts';

export const operations: Check = {
  name: 'operations',
  title: 'Every published operation is named once, valid, small, and uses nothing past its date.',
  needs: 'files',
  run: (workspace) => {
    const { api: schema } = graphOf(workspace);
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    const checked = workspace.operations.flatMap((operation) => [
      ...named(operation, workspace),
      ...valid(operation, schema),
      ...small(operation),
      ...deprecated(operation, schema, workspace.today),
    ]);
    return [...checked, ...registered(readme, workspace.operations)];
  },
};

const named = (operation: PublishedOperation, { operations: all }: Workspace): Finding[] => {
  const twin = all.find((other) => other !== operation && other.name === operation.name);
  return [
    ...violationUnless(
      operation.name !== '',
      operation.file,
      'has an operation without a name.',
      'Name it: metrics, logs and these checks refer to it by name.',
    ),
    ...violationUnless(
      !twin || operation.name === '',
      nameOf(operation),
      `is also the name of an operation in ${twin?.file}.`,
      'Names are unique across clients.',
    ),
  ];
};

const valid = (operation: PublishedOperation, schema: GraphQLSchema): Finding[] =>
  validate(schema, operation.document).map(({ message, locations }) =>
    violation(
      nameOf(operation),
      `${message} (${operation.file}:${locations?.[0]?.line ?? 1})`,
      'Change the operation and publish the client first, or keep what it asks for.',
    ),
  );

const small = ({ client, name, document }: PublishedOperation): Finding[] => {
  const tokens = tokenCount(document.loc?.startToken);
  // A quarter: room for an operation to grow before clients meet the gateway's limit.
  const limit = maxTokens / 4;
  return violationUnless(
    tokens <= limit,
    `${client}/${name}`,
    `has ${tokens} tokens, more than ${limit}, a quarter of what the gateway reads.`,
    'Split it, or ask for less.',
  );
};

const tokenCount = (first: { next: unknown } | null | undefined): number => {
  let count = 0;
  for (let token = first; token; token = token.next as typeof token) count += 1;
  return count;
};

const deprecated = (operation: PublishedOperation, schema: GraphQLSchema, today: Date): Finding[] => {
  const findings: Finding[] = [];
  const types = new TypeInfo(schema);
  const report = (coordinate: string, { reason, until }: Deprecation) => {
    const gone = until !== undefined && until <= today;
    const finding = gone ? violation : warning;
    findings.push(
      finding(nameOf(operation), `uses ${coordinate}, deprecated: ${reason}`, 'Use what the reason names.'),
    );
  };
  visit(
    operation.document,
    visitWithTypeInfo(types, {
      Field: () => {
        const field = types.getFieldDef();
        if (field?.deprecationReason)
          report(`${types.getParentType()?.name}.${field.name}`, deprecationOf(field.deprecationReason));
      },
      Argument: () => {
        const argument = types.getArgument();
        if (argument?.deprecationReason)
          report(
            `${types.getParentType()?.name}.${types.getFieldDef()?.name}(${argument.name}:)`,
            deprecationOf(argument.deprecationReason),
          );
      },
    }),
  );
  return findings;
};

const graphqlBlock = /```graphql\n(.*?)```/gs;

/** What a text offers for pasting is published like any other operation: validated, planned, run on the seed. */
export const registered = (text: string, all: readonly PublishedOperation[]): Finding[] => {
  const known = new Set(all.map(({ document }) => print(document)));
  return [...text.matchAll(graphqlBlock)].flatMap(([, query = '']) =>
    violationUnless(
      known.has(print(parse(query))),
      `README.md "${query.split('\n')[0]}"`,
      'is not among the published operations.',
      'Put the same text into operations/readme/, and npm run operations.',
    ),
  );
};
