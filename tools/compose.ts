/**
 * `npm run compose`: writes supergraph.graphql from subgraphs/<name>/schema.graphql.
 * `--check` writes nothing and fails when the committed file is not what composition gives now.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { defaultPorts, type SubgraphName, subgraphNames } from '#contracts/services.ts';
import { composeSupergraph, type Finding, type SubgraphSource } from './compose/composition.ts';

const root = path.join(import.meta.dirname, '..');
export const supergraphFile = path.join(root, 'supergraph.graphql');

/** The SDL of each subgraph. */
export const subgraphSources = (): SubgraphSource[] =>
  subgraphNames.map((name) => {
    const file = sdlFile(name);
    const url = `http://127.0.0.1:${defaultPorts[name]}/graphql`;
    return { name, url, file, sdl: readFileSync(path.join(root, file), 'utf8') };
  });

const sdlFile = (name: SubgraphName): string => `subgraphs/${name}/schema.graphql`;

/** Composes, reports on the way, and gives the exit code. */
export const compose = (mode: 'write' | 'check', report: (line: string) => void): 0 | 1 => {
  const missing = subgraphNames.map(sdlFile).filter((file) => !existsSync(path.join(root, file)));
  if (missing.length > 0) {
    report(`supergraph.graphql: not composed, there is no ${missing.join(' and no ')}`);
    return 1;
  }
  const composed = composeSupergraph(subgraphSources());
  if ('errors' in composed) {
    for (const error of composed.errors) report(shown('error', error));
    report(`supergraph.graphql: not composed, ${composed.errors.length} error(s)`);
    return 1;
  }
  for (const hint of composed.hints) report(shown('hint', hint));
  const isCurrent = existsSync(supergraphFile) && readFileSync(supergraphFile, 'utf8') === composed.supergraph;
  if (mode === 'check') {
    report(isCurrent ? 'supergraph.graphql is current' : 'supergraph.graphql is not current: run npm run compose');
    return isCurrent ? 0 : 1;
  }
  if (!isCurrent) writeFileSync(supergraphFile, composed.supergraph);
  report(isCurrent ? 'supergraph.graphql was current' : 'wrote supergraph.graphql');
  return 0;
};

const shown = (kind: 'error' | 'hint', { code, message, places }: Finding): string =>
  [`${kind} ${code}`, message, ...places.map((place) => `at ${place}`)].join('\n').replaceAll('\n', '\n  ');

if (import.meta.main) process.exitCode = compose(process.argv.includes('--check') ? 'check' : 'write', console.log);
