/** What the Dockerfile promises of the image that every service runs from. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Policy } from './policy.ts';

const root = path.resolve(import.meta.dirname, '../../..');

interface Facts {
  readonly dockerfile: string;
  /** The major version of Node in package.json, which everything else runs on. */
  readonly nodeMajor: string;
}

export const dockerfileFacts = (): Facts => {
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return {
    dockerfile: readFileSync(path.join(root, 'Dockerfile'), 'utf8'),
    nodeMajor: devDependencies.node.split('.')[0],
  };
};

const instructions = ({ dockerfile }: Facts, name: string): string[] =>
  [...dockerfile.matchAll(new RegExp(`^${name} +(\\S+)`, 'gm'))].map(([, value = '']) => value);

export const dockerfilePolicies: readonly Policy<Facts>[] = [
  {
    name: 'pinned base image',
    violations: (facts) => {
      const bases = instructions(facts, 'FROM');
      const others = bases.filter((base) => !new RegExp(`^node:${facts.nodeMajor}[.-]`).test(base));
      return [...others, ...(bases.length === 0 ? ['nothing'] : [])].map(
        (base) => `Dockerfile: is made from ${base}, and package.json has Node ${facts.nodeMajor}`,
      );
    },
  },
  {
    name: 'image without root',
    violations: (facts) =>
      /^(root|0)(:|$)/.test(instructions(facts, 'USER').at(-1) ?? 'root') ? ['Dockerfile: its user is root'] : [],
  },
  {
    name: 'health check of the image',
    violations: (facts) => (instructions(facts, 'HEALTHCHECK').length === 1 ? [] : ['Dockerfile: has no HEALTHCHECK']),
  },
];
