/** All that is checked about the deployment. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { composeFacts, composeTexts } from './compose.ts';
import { envExampleFile, envExampleViolations, namesTaken } from './env-example.ts';
import { staleFiles } from './generate/files.ts';
import { kubernetesFacts, kubernetesTexts } from './kubernetes.ts';
import { knownMetrics, metricQueries, queryFiles, queryViolations } from './metric-queries.ts';
import { composePolicies } from './policies/compose.ts';
import { dockerfileFacts, dockerfilePolicies } from './policies/dockerfile.ts';
import { kubernetesPolicies } from './policies/kubernetes.ts';
import { type Violation, violationsOf } from './policies/policy.ts';

export interface Checked {
  /** A sentence each, beginning with the file. */
  readonly violations: readonly string[];
  /** How many of what. */
  readonly checked: Readonly<Record<string, number>>;
}

const root = path.resolve(import.meta.dirname, '../..');

export const checkDeployment = (): Checked => {
  const parts = [generated, containers, example, manifests, queries].map(orItsError);
  const checked: Record<string, number> = Object.assign({}, ...parts.map((part) => part.checked));
  return { checked, violations: [...parts.flatMap(({ violations }) => violations), ...nothingFound(checked)] };
};

/** A violation for each kind of thing that none was found of: a check of nothing must not pass. */
export const nothingFound = (checked: Checked['checked']): string[] =>
  Object.keys(checked)
    .filter((what) => checked[what] === 0)
    .map((what) => `deploy: no ${what} were found`);

/** A file that cannot be read fails its own part, and the others are checked all the same. */
const orItsError = (check: () => Checked): Checked => {
  try {
    return check();
  } catch (error) {
    return { checked: {}, violations: (error as Error).message.split('\n') };
  }
};

const generated = (): Checked => ({
  checked: {},
  violations: staleFiles().map((file) => `${file}: is not current; run npm run deployment -- write`),
});

const containers = (): Checked => {
  const texts = composeTexts();
  const facts = composeFacts(texts);
  return {
    checked: { services: facts.services.length },
    violations: [
      ...messages(violationsOf(composePolicies, { ...facts, texts })),
      ...messages(violationsOf(dockerfilePolicies, dockerfileFacts())),
    ],
  };
};

const example = (): Checked => {
  const facts = composeFacts(composeTexts());
  const file = path.join(root, envExampleFile);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return { checked: { variables: namesTaken(facts).length }, violations: envExampleViolations(text, facts) };
};

const manifests = (): Checked => {
  const facts = kubernetesFacts(kubernetesTexts());
  return {
    checked: { manifests: facts.manifests.length },
    violations: messages(violationsOf(kubernetesPolicies, facts)),
  };
};

const queries = (): Checked => {
  const all = metricQueries(queryFiles());
  return { checked: { queries: all.length }, violations: queryViolations(all, knownMetrics()) };
};

const messages = (violations: readonly Violation[]): string[] => violations.map(({ message }) => message);
