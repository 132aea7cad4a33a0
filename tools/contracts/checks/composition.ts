/** The SDLs fit together, and what is committed is what they make. */
import { breach, type Check, type Finding } from '../check.ts';
import { compositionOf } from '../graph.ts';

/** Remarks of composition that we have looked at and accept, by code, each with its reason. */
const acceptedHints: Readonly<Record<string, string>> = {};

export const composition: Check = {
  name: 'composition',
  title: 'The SDLs compose without a remark, and supergraph.graphql is what they make.',
  needs: 'files',
  run: (world) => {
    const composed = compositionOf(world);
    if ('errors' in composed)
      return composed.errors.map(({ code, message, places }) =>
        breach(places[0] ?? code, `${code}: ${message}`, wayOut(code)),
      );
    const findings: Finding[] = composed.hints
      .filter(({ code }) => !(code in acceptedHints))
      .map(({ code, message, places }) =>
        breach(
          places.join(', ') || code,
          `${code}: ${message}`,
          'Say the same in each subgraph, or accept the hint in tools/contracts/checks/composition.ts with a reason.',
        ),
      );
    if (composed.supergraph !== world.supergraph)
      findings.push(
        breach(
          'supergraph.graphql',
          `is not what the SDLs make: ${firstDifference(world.supergraph, composed.supergraph)}`,
          'Run npm run compose and commit the file.',
        ),
      );
    return findings;
  },
};

const wayOut = (code: string): string =>
  code === 'SYNTAX'
    ? 'Correct the SDL at this place.'
    : `Change the SDL; https://www.apollographql.com/docs/federation/errors explains ${code}.`;

const firstDifference = (committed: string, fresh: string): string => {
  const before = committed.split('\n');
  const after = fresh.split('\n');
  const at = after.findIndex((line, index) => line !== before[index]);
  return at < 0 ? `it has more than ${after.length} lines` : `line ${at + 1} should be "${after[at]?.trim()}"`;
};
