/** All that is checked about the deployment, put together. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { composeBreaches, composeFacts, composeTexts } from './compose.ts';
import { dockerfileBreaches, dockerfileFacts, dockerfileTexts } from './dockerfile.ts';
import { envExampleBreaches, envExampleFile, namesTaken } from './env-example.ts';
import {
  type KubernetesFacts,
  kubernetesBreaches,
  kubernetesFacts,
  kubernetesTexts,
  surroundingsWith,
  variableBreaches,
} from './kubernetes.ts';
import { knownMetrics, metricQueries, queryFiles, queryViolations } from './metric-queries.ts';
import { programOf } from './programs.ts';

export interface Checked {
  /** A sentence each, beginning with the file. */
  readonly breaches: readonly string[];
  /** How many of what. */
  readonly looked: Readonly<Record<string, number>>;
}

const root = path.resolve(import.meta.dirname, '../..');

export const checkDeployment = (): Checked => {
  const parts = [containers, example, manifests, queries].map(orWhatItThrows);
  const looked: Record<string, number> = Object.assign({}, ...parts.map((part) => part.looked));
  return { looked, breaches: [...parts.flatMap(({ breaches }) => breaches), ...nothingThere(looked)] };
};

/** A breach for each kind of thing that there is none of: a check of nothing must not pass. */
export const nothingThere = (looked: Checked['looked']): string[] =>
  Object.keys(looked)
    .filter((what) => looked[what] === 0)
    .map((what) => `deploy: no ${what} were found`);

/** A file that cannot be read is a breach of that part, and says nothing about the others. */
const orWhatItThrows = (check: () => Checked): Checked => {
  try {
    return check();
  } catch (error) {
    return { looked: {}, breaches: (error as Error).message.split('\n') };
  }
};

const containers = (): Checked => {
  const facts = composeFacts(composeTexts());
  return {
    looked: { services: facts.services.length },
    breaches: [
      ...sentences(composeBreaches(facts)),
      ...sentences(dockerfileBreaches(dockerfileFacts(dockerfileTexts()))),
    ],
  };
};

const example = (): Checked => {
  const facts = composeFacts(composeTexts());
  const file = path.join(root, envExampleFile);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return { looked: { variables: namesTaken(facts).length }, breaches: envExampleBreaches(text, facts) };
};

const manifests = (): Checked => {
  const facts = kubernetesFacts(kubernetesTexts());
  return {
    looked: { manifests: facts.manifests.length },
    breaches: [
      ...sentences(kubernetesBreaches(facts, surroundingsWith(Object.keys(knownMetrics())))),
      ...manifestVariableBreaches(facts),
    ],
  };
};

/** Each workload with the overlays that change it: what is required depends on its role, and what is known on its arguments. */
export const manifestVariableBreaches = ({ workloads }: Pick<KubernetesFacts, 'workloads'>): string[] =>
  workloads
    .filter(({ isPatch }) => !isPatch)
    .flatMap(({ file, name, command, service, variables }) => {
      const program = programOf(command, variables.ROLE);
      if (!program) return [`${file}: ${name} runs "${command.join(' ')}", which the image does not have`];
      const own = workloads.filter((workload) => workload.name === name);
      return variableBreaches({ workloads: own }, { [service ?? '']: program.variables });
    });

const queries = (): Checked => {
  const all = metricQueries(queryFiles());
  return { looked: { queries: all.length }, breaches: queryViolations(all, knownMetrics()) };
};

const sentences = (found: readonly { readonly message: string }[]): string[] => found.map(({ message }) => message);
