/** The SDLs fit together, and what is committed is what they make. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphqlSync, parse } from 'graphql';
import { guest } from '#contracts/viewer.ts';
import { composeSupergraph } from '../../compose/composition.ts';
import { type Check, type Finding, violation } from '../check.ts';
import { compositionOf } from '../graph.ts';
import { isSubgraphName } from '../workspace.ts';

export const composesAlone: Check = {
  name: 'composes-alone',
  title: 'Each subgraph composes by itself, so it can be developed and run without the others.',
  needs: 'files',
  run: ({ sources }) =>
    sources.flatMap((source) => {
      const composed = composeSupergraph([source]);
      if (!('errors' in composed)) return [];
      return composed.errors.map(({ code, message, places }) =>
        violation(
          places[0] ?? source.file,
          `${code}: ${message}`,
          code === 'SYNTAX'
            ? 'Correct the SDL at this place.'
            : 'If it uses a type of a neighbour, make it an entity reference.',
        ),
      );
    }),
};

export const servedSdl: Check = {
  name: 'served-sdl',
  title: 'Each running subgraph serves the SDL that is committed.',
  needs: 'system',
  run: async ({ sources, system }) => {
    const { askSubgraph } = await system();
    const findings = sources.map(async ({ name, sdl, file }) => {
      if (!isSubgraphName(name)) throw new Error(`no service is called ${name}`);
      const { body } = await askSubgraph(name, { query: '{ _service { sdl } }' }, guest);
      const { sdl: served } = (body.data?._service ?? {}) as { sdl?: string };
      return served === undefined
        ? [violation(name, `does not serve its SDL: ${JSON.stringify(body.errors)}`, 'Does it run?')]
        : compared(file, sdl, served);
    });
    return (await Promise.all(findings)).flat();
  },
};

/** What a subgraph with this SDL serves. Order and formatting do not count. */
export const servedBy = (sdl: string): string => {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl) }]);
  const { data } = graphqlSync({ schema, source: '{ _service { sdl } }' });
  return String((data?._service as { sdl?: string } | undefined)?.sdl);
};

const linesOf = (sdl: string): Set<string> => new Set(sdl.split('\n').map((line) => line.trim()));

export const compared = (file: string, committed: string, served: string): Finding[] => {
  const agreed = linesOf(servedBy(committed));
  const running = linesOf(served);
  const extra = [...running].filter((line) => !agreed.has(line));
  const missing = [...agreed].filter((line) => !running.has(line));
  if (extra.length + missing.length === 0) return [];
  const example = [
    ...missing.slice(0, 1).map((line) => `it lacks "${line.trim()}"`),
    ...extra.slice(0, 1).map((line) => `it has "${line.trim()}"`),
  ];
  return [
    violation(
      file,
      `is not what runs: ${example.join(', ')}.`,
      'Restart the service; is there code that changes the schema?',
    ),
  ];
};

/** Composition hints that we accept, by code, each with its reason. */
const acceptedHints: Readonly<Record<string, string>> = {};

export const composition: Check = {
  name: 'composition',
  title: 'The SDLs compose without a hint, and supergraph.graphql is current.',
  needs: 'files',
  run: (workspace) => {
    const composed = compositionOf(workspace);
    if ('errors' in composed)
      return composed.errors.map(({ code, message, places }) =>
        violation(places[0] ?? code, `${code}: ${message}`, remediation(code)),
      );
    const findings: Finding[] = composed.hints
      .filter(({ code }) => !(code in acceptedHints))
      .map(({ code, message, places }) =>
        violation(
          places.join(', ') || code,
          `${code}: ${message}`,
          'Make it the same in each subgraph, or accept the hint in `acceptedHints` with a reason.',
        ),
      );
    if (composed.supergraph !== workspace.supergraph)
      findings.push(
        violation(
          'supergraph.graphql',
          `is not what the SDLs make: ${firstDifference(workspace.supergraph, composed.supergraph)}`,
          'Run npm run compose and commit the file.',
        ),
      );
    return findings;
  },
};

const remediation = (code: string): string =>
  code === 'SYNTAX'
    ? 'Correct the SDL at this place.'
    : `Change the SDL; https://www.apollographql.com/docs/federation/errors explains ${code}.`;

const firstDifference = (committed: string, fresh: string): string => {
  const before = committed.split('\n');
  const after = fresh.split('\n');
  const at = after.findIndex((line, index) => line !== before[index]);
  return at < 0 ? `it has more than ${after.length} lines` : `line ${at + 1} should be "${after[at]?.trim()}"`;
};
