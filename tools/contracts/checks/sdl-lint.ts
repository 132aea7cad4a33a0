/** One style for the API: names, descriptions, Relay connections. By graphql-eslint's rules. */
import plugin from '@graphql-eslint/eslint-plugin';
import { Linter } from 'eslint';
import { type DefinitionNode, Kind, parse } from 'graphql';
import { type Check, violation } from '../check.ts';
import { graphOf } from '../graph.ts';

/** Rule → options, and the way out. What schema-rules.ts checks more exactly is not here. */
const rules: Readonly<Record<string, { readonly options?: readonly unknown[]; readonly remediation: string }>> = {
  'naming-convention': {
    options: [
      {
        types: 'PascalCase',
        FieldDefinition: 'camelCase',
        InputValueDefinition: 'camelCase',
        DirectiveDefinition: 'camelCase',
        EnumValueDefinition: 'UPPER_CASE',
        'FieldDefinition[parent.name.value=Query]': {
          forbiddenPrefixes: ['query', 'get', 'fetch', 'list'],
          forbiddenSuffixes: ['Query'],
        },
        'FieldDefinition[parent.name.value=Mutation]': {
          forbiddenPrefixes: ['mutation', 'do'],
          forbiddenSuffixes: ['Mutation'],
        },
        'EnumTypeDefinition,EnumTypeExtension': { forbiddenPrefixes: ['Enum'], forbiddenSuffixes: ['Enum'] },
        'InterfaceTypeDefinition,InterfaceTypeExtension': {
          forbiddenPrefixes: ['Interface', 'I_'],
          forbiddenSuffixes: ['Interface'],
        },
        'UnionTypeDefinition,UnionTypeExtension': { forbiddenPrefixes: ['Union'], forbiddenSuffixes: ['Union'] },
      },
    ],
    remediation: 'Follow the naming of the rest of the graph.',
  },
  'no-typename-prefix': { remediation: 'The type says so already: leave the prefix out.' },
  'no-hashtag-description': { remediation: 'A comment reaches no client: make it a description.' },
  'require-deprecation-reason': { remediation: 'Say what to use instead, and until when.' },
  'no-unreachable-types': { remediation: 'Let a field return it, or remove the type.' },
  'no-scalar-result-type-on-mutation': { remediation: 'Return a payload union: it can grow.' },
  'relay-connection-types': { remediation: 'See platform/graphql/connection.ts for the form of a connection.' },
  'relay-edge-types': {
    options: [{ withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
    remediation: 'See platform/graphql/connection.ts for the form of an edge.',
  },
  'relay-page-info': { remediation: 'See platform/graphql/connection.ts for the form of PageInfo.' },
  'relay-arguments': { options: [{ includeBoth: false }], remediation: 'A connection takes first and after.' },
};

export const sdlLint: Check = {
  name: 'sdl-lint',
  title: "The API keeps the house's style: names, reasons, connections.",
  needs: 'files',
  run: (workspace) => {
    const { apiSdl: sdl } = graphOf(workspace);
    const linter = new Linter({ configType: 'flat' });
    const messages = linter.verify(sdl, [configFor(sdl)], { filename: 'api-schema.graphql' });
    const definitions = parse(sdl).definitions;
    return messages.map(({ ruleId, line, message }) => {
      const rule = (ruleId ?? '').replace('@graphql-eslint/', '');
      return violation(
        coordinateAt(definitions, line),
        `${message} (${rule || 'cannot be linted'})`,
        rules[rule]?.remediation ?? '',
      );
    });
  },
};

const configFor = (schema: string): Linter.Config => ({
  files: ['**/*.graphql'],
  languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema } } },
  // The plugin's types are of another release of ESLint than ESLint's own.
  plugins: { '@graphql-eslint': plugin as unknown as NonNullable<Linter.Config['plugins']>[string] },
  rules: Object.fromEntries(
    Object.entries(rules).map(([rule, { options = [] }]) => [`@graphql-eslint/${rule}`, ['error', ...options]]),
  ),
});

/** `Order.number`, from a line of the printed API. */
const coordinateAt = (definitions: readonly DefinitionNode[], line: number): string => {
  const holds = ({ loc }: Pick<DefinitionNode, 'loc'>) =>
    loc !== undefined && loc.startToken.line <= line && line <= loc.endToken.line;
  const definition = definitions.find(holds);
  if (!definition || !('name' in definition) || !definition.name) return `line ${line}`;
  const parts =
    'fields' in definition ? definition.fields : definition.kind === Kind.ENUM_TYPE_DEFINITION ? definition.values : [];
  const part = parts?.find(holds);
  return part ? `${definition.name.value}.${part.name.value}` : definition.name.value;
};
