/**
 * `npm run compose`: what the services declare, combined for those who may not read the list of services:
 * supergraph.graphql from subgraphs/<name>/schema.graphql, contracts/receivers.ts and contracts/public-paths.ts from
 * subgraphs/<name>/service.ts.
 * `--check` writes nothing and fails when a committed file is not what composition gives now.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { messageName, messages } from '#contracts/messages/index.ts';
import { folderOf, subgraphs } from '#ops/services.ts';
import type { PublicPath } from '#platform/service/descriptor.ts';
import { composeSupergraph, type Finding, type SubgraphSource } from './compose/composition.ts';

const root = path.join(import.meta.dirname, '..');
export const supergraphFile = path.join(root, 'supergraph.graphql');

/** The SDL of each subgraph. */
export const subgraphSources = (): SubgraphSource[] =>
  subgraphs.map((subgraph) => {
    const file = `${folderOf(subgraph)}/schema.graphql`;
    const url = `http://127.0.0.1:${subgraph.port}/graphql`;
    return { name: subgraph.name, url, file, sdl: readFileSync(path.join(root, file), 'utf8') };
  });

const receiversModule = (): string => {
  const rows = messages.map((definition) => {
    const name = messageName(definition);
    const receivers = subgraphs.filter(({ receives }) => receives.some((received) => messageName(received) === name));
    return `  '${name}': [${receivers.map((receiver) => `'${receiver.name}'`).join(', ')}],\n`;
  });
  return `/** Which services' queues get a copy of each message. Written by \`npm run compose\`, from \`receives\` in subgraphs/<name>/service.ts. */
export const receivers: Readonly<Record<string, readonly string[]>> = {
${rows.join('')}};
`;
};

const publicPathsModule = (): string => {
  const rows = subgraphs.flatMap(({ name, publicPaths = [] }) =>
    publicPaths.map(({ path: at, maxBodyBytes, arrivalMs }: PublicPath) => {
      const fields = Object.entries({ service: `'${name}'`, path: `'${at}'`, maxBodyBytes, arrivalMs });
      return `  { ${fields.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`])).join(', ')} },\n`;
    }),
  );
  return `/** What clients reach past the graph, and whose it is. Written by \`npm run compose\`, from \`publicPaths\` in subgraphs/<name>/service.ts. */
export const publicPaths: readonly {
  readonly service: string;
  readonly path: string;
  readonly maxBodyBytes: number;
  readonly arrivalMs?: number;
}[] = [
${rows.join('')}];
`;
};

/** Composes, reports on the way, and gives the exit code. */
export const compose = (mode: 'write' | 'check', report: (line: string) => void): 0 | 1 => {
  const composed = composeSupergraph(subgraphSources());
  if ('errors' in composed) {
    for (const error of composed.errors) report(formatted('error', error));
    report(`supergraph.graphql: not composed, ${composed.errors.length} error(s)`);
    return 1;
  }
  for (const hint of composed.hints) report(formatted('hint', hint));
  const outputs = {
    'supergraph.graphql': composed.supergraph,
    'contracts/receivers.ts': receiversModule(),
    'contracts/public-paths.ts': publicPathsModule(),
  };
  const stale = Object.entries(outputs).filter(([name, content]) => {
    const file = path.join(root, name);
    const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === content;
    if (!isCurrent && mode === 'write') writeFileSync(file, content);
    if (isCurrent) report(`${name} ${mode === 'check' ? 'is' : 'was'} current`);
    else report(mode === 'check' ? `${name} is not current: run npm run compose` : `wrote ${name}`);
    return !isCurrent;
  });
  return mode === 'check' && stale.length > 0 ? 1 : 0;
};

const formatted = (kind: 'error' | 'hint', { code, message, places }: Finding): string =>
  [`${kind} ${code}`, message, ...places.map((place) => `at ${place}`)].join('\n').replaceAll('\n', '\n  ');

if (import.meta.main) process.exitCode = compose(process.argv.includes('--check') ? 'check' : 'write', console.log);
