/**
 * A field that is computed from another subgraph's data must cope with its absence. (That what is `@external` exists and
 * is used, and that `@provides` names real fields, composition itself makes sure of.)
 */
import { type ConstDirectiveNode, Kind } from 'graphql';
import { breach, type Check, type Finding } from '../check.ts';
import { compositionOf } from '../graph.ts';
import { fieldsOf, graphOf, type Place } from '../rules/graph.ts';

/**
 * `@requires` fields, each with the test that resolves it with what it requires there, and with it null: the other
 * subgraph may be away. Empty while no SDL uses `@requires`.
 */
const provenFields: Readonly<Record<string, string>> = {};

export const requires: Check = {
  name: 'requires',
  title: 'A field that @requires data of another subgraph is nullable, and tested with that data there and not there.',
  needs: 'files',
  run: (world) => {
    if ('errors' in compositionOf(world)) throw new Error('the SDLs do not compose (see the check "composition")');
    return fieldsOf(graphOf(world.sources)).flatMap(requiring);
  },
};

const requiring = ({ at, field }: Place): Finding[] => {
  if (!directive(field.directives, 'requires')) return [];
  const findings: Finding[] = [];
  if (field.type.kind === Kind.NON_NULL_TYPE)
    findings.push(
      breach(
        at,
        'requires data of another subgraph and cannot be null, so that one takes the parent with it.',
        'Make it nullable.',
      ),
    );
  if (!(at in provenFields))
    findings.push(
      breach(
        at,
        'has no test that resolves it with and without what it requires.',
        'Write it (a representation with the field, and one with null), and enter it in tools/contracts/checks/requires.ts.',
      ),
    );
  return findings;
};

const directive = (
  directives: readonly ConstDirectiveNode[] | undefined,
  name: string,
): ConstDirectiveNode | undefined => directives?.find((node) => node.name.value === name);
