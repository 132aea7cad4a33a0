/** What runs is what was agreed: each subgraph serves its committed SDL, and each could be served alone. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphqlSync, parse } from 'graphql';
import { guest } from '#contracts/viewer.ts';
import { composeSupergraph } from '../../compose/composition.ts';
import { breach, type Check, type Finding } from '../check.ts';
import { isSubgraphName } from '../world.ts';

export const composesAlone: Check = {
  name: 'composes-alone',
  title: 'Each subgraph composes by itself, so it can be developed and run without the others.',
  needs: 'files',
  run: ({ sources }) =>
    sources.flatMap((source) => {
      const composed = composeSupergraph([source]);
      if (!('errors' in composed)) return [];
      return composed.errors.map(({ code, message, places }) =>
        breach(
          places[0] ?? source.file,
          `${code}: ${message}`,
          code === 'SYNTAX'
            ? 'Correct the SDL at this place.'
            : 'If it leans on a type of a neighbour, make it an entity reference.',
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
        ? [breach(name, `does not say what it serves: ${JSON.stringify(body.errors)}`, 'Does it run?')]
        : compared(file, sdl, served);
    });
    return (await Promise.all(findings)).flat();
  },
};

/** What a subgraph with this SDL says that it serves. Order and spelling do not count. */
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
    breach(
      file,
      `is not what runs: ${example.join(', ')}.`,
      'Restart the service; is there code that changes the schema?',
    ),
  ];
};
