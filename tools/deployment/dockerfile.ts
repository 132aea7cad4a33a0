/** What the Dockerfile says of the image that is made last, and whether the code agrees. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { defaultPorts } from '#ops/services.ts';
import { programs } from '../image/programs.ts';

export const dockerfile = 'Dockerfile';

const root = path.resolve(import.meta.dirname, '../..');

export interface DockerfileFacts {
  /** Of every stage. */
  readonly bases: readonly string[];
  readonly user: string | undefined;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
  /** The major version of Node that the checkout is run with. */
  readonly nodeMajor: string | undefined;
}

export interface DockerfileRule {
  readonly name: string;
  readonly breaches: (facts: DockerfileFacts) => string[];
}

export const dockerfileRules: readonly DockerfileRule[] = [
  {
    name: 'base images',
    breaches: ({ bases, nodeMajor }) => [
      ...(bases.length === 0 ? [`${dockerfile}: is made from nothing`] : []),
      ...bases
        .filter((base) => !new RegExp(`^node:${nodeMajor}[.-]`).test(base))
        .map((base) => `${dockerfile}: is made from ${base}, and package.json runs all else on Node ${nodeMajor}`),
    ],
  },
  {
    name: 'programs of the image',
    breaches: ({ command, healthCheck }) =>
      [command, healthCheck]
        .filter(([node, file]) => node !== 'node' || !programs.some((program) => program === file))
        .map((words) => `${dockerfile}: runs "${words.join(' ')}", which is no program of the image`),
  },
  {
    name: 'health of the default command',
    breaches: ({ command, healthCheck }) =>
      command[1] === 'gateway/main.ts' && Number(healthCheck[2]) === defaultPorts.gateway
        ? []
        : [`${dockerfile}: asks port ${healthCheck[2]}, and ${command[1]} is not what listens there`],
  },
  {
    name: 'not root',
    breaches: ({ user }) =>
      user === undefined || /^(root|0)(:|$)/.test(user) ? [`${dockerfile}: the image's user is root`] : [],
  },
];

/** The files as they are written. */
export const dockerfileTexts = (): Readonly<Record<string, string>> =>
  Object.fromEntries([dockerfile, 'package.json'].map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));

export const dockerfileFacts = (texts: Readonly<Record<string, string>>): DockerfileFacts => {
  const { [dockerfile]: text, 'package.json': manifest = '{}' } = texts;
  const instructions = instructionsOf(text);
  const { devDependencies } = Package.parse(JSON.parse(manifest));
  return {
    bases: valuesOf(instructions, 'FROM').map((value) => value.split(' ')[0] ?? ''),
    user: valuesOf(instructions, 'USER').at(-1),
    command: words(valuesOf(instructions, 'CMD').at(-1)),
    healthCheck: words(/CMD (.*)$/.exec(valuesOf(instructions, 'HEALTHCHECK').at(-1) ?? '')?.[1]),
    nodeMajor: devDependencies.node.split('.')[0],
  };
};

export const dockerfileBreaches = (facts: DockerfileFacts) =>
  dockerfileRules.flatMap(({ name, breaches }) => breaches(facts).map((message) => ({ rule: name, message })));

const Package = z.object({ devDependencies: z.object({ node: z.string() }) });

/** One a line, with continued lines put together. */
const instructionsOf = (text = ''): string[] =>
  text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');

const valuesOf = (instructions: readonly string[], name: string): string[] =>
  instructions.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1).trim());

/** Of the form that starts no shell, `["node", "…"]`; any other has no words. */
const words = (text = '[]'): string[] => (text.startsWith('[') ? z.array(z.string()).parse(JSON.parse(text)) : []);
