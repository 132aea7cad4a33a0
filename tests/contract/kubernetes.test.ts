/** The Kubernetes manifests, without a cluster; and each rule about them is broken on purpose at least once. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { gatewayVariablesOf } from '#gateway/config.ts';
import { auditorVariables } from '#ops/audit/variables.ts';
import { publicPart, signingKey } from '#ops/secrets/make.ts';
import { parseConfig } from '#platform/config/config.ts';
import { orderVariables } from '#subgraphs/order/config.ts';
import { paymentVariables } from '#subgraphs/payment/config.ts';
import { productVariables } from '#subgraphs/product/config.ts';
import { userVariables } from '#subgraphs/user/config.ts';
import metrics from '#tools/contracts/baseline/metrics.json' with { type: 'json' };
import { serviceOf } from '#tools/deployment/kubernetes/workloads.ts';
import {
  kubernetesBreaches,
  kubernetesFacts,
  kubernetesTexts,
  rules,
  surroundingsWith,
  variableBreaches,
} from '#tools/deployment/kubernetes.ts';
import { objectViolations } from './kubernetes-objects.fixture.ts';
import { podViolations } from './kubernetes-pods.fixture.ts';

const texts = kubernetesTexts();
const facts = kubernetesFacts(texts);
const surroundings = surroundingsWith(Object.keys(metrics));
const violations = { ...objectViolations, ...podViolations };

/** The manifests with one text of one file replaced, wherever it is there. */
const edited = (file: string, from: string, to: string) => {
  const text = texts[file] ?? '';
  if (!text.includes(from)) throw new Error(`${file} does not have ${from}`);
  return { ...texts, [file]: text.replaceAll(from, to) };
};

test('the manifests keep every rule', () => {
  expect(kubernetesBreaches(facts, surroundings)).toEqual([]);
});

test('every rule has a violation here', () => {
  expect(Object.keys(violations).sort()).toEqual(rules.map(({ name }) => name).sort());
});

describe.each(Object.entries(violations))('the rule "%s"', (rule, edits) => {
  test.each(edits)('is broken in %s by turning %j into %j', (file, from, to, told) => {
    const breaches = kubernetesBreaches(kubernetesFacts(edited(file, from, to)), surroundings);
    expect(breaches).toContainEqual({ rule, message: expect.stringContaining(told) });
  });
});

describe('what Kubernetes would not take', () => {
  test.each([
    ['a field that it does not know', 'base/user.yaml', 'startupProbe:', 'startProbe:', /startProbe is not a field/],
    [
      'a field in the wrong place',
      'base/user.yaml',
      '\nautomount',
      '\n  automount',
      /automountServiceAccountToken is not/,
    ],
    [
      'a value of another type',
      'base/user.yaml',
      'name: ROLE\n              value: api',
      'name: ROLE\n              value: 1',
      /value must be string/,
    ],
    ['a missing field', 'base/user.yaml', 'maxReplicas: 6', '', /maxReplicas/],
    [
      'an unknown field in a patch',
      'overlays/production/scale.yaml',
      'minReplicas',
      'leastReplicas',
      /leastReplicas is not/,
    ],
    ['an unknown field of kustomize', 'base/kustomization.yaml', 'resources:', 'bases: []\nresources:', /bases/],
    ['a secret', 'base/user.yaml', 'kind: Service\n', 'kind: Secret\n', /v1 Secret is not a kind that is used here/],
    ['half a file', 'base/user.yaml', 'drop: [ALL]', 'drop: [ALL', /user\.yaml: /],
  ])('%s', (_, file, from, to, told) => {
    expect(() => kubernetesFacts(edited(file, from, to))).toThrow(told);
  });

  test('no workload at all, as when the folder was not found', () => {
    expect(() => kubernetesFacts({})).toThrow('no workload');
  });
});

const key = signingKey();
/** What the secrets might hold; a database's address for the others. */
const secretValues: Record<string, string> = {
  REDIS_URL: 'rediss://agora:password@redis.example:6379',
  VIEWER_SIGNING_KEY: JSON.stringify(key),
  VIEWER_VERIFY_KEYS: JSON.stringify({ keys: [publicPart(key)] }),
  ACCESS_TOKEN_KEYS: JSON.stringify({ keys: [key] }),
  SIMULATOR_WEBHOOK_SECRET: 'sixteen characters and more',
};
const databaseUrl = 'postgresql://agora:password@postgres.example/agora?sslmode=verify-full';

/** The environment of a workload as it is in the overlay, each secret in its variable instead of in a file. */
const environmentOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    facts.workloads
      .filter((workload) => workload.name === name)
      .flatMap(({ variables }) => Object.entries(variables))
      .map(([variable, value]) => {
        const secret = variable.replace(/_FILE$/, '');
        return [secret, secret === variable ? value : (secretValues[secret] ?? databaseUrl)];
      }),
  );

const schemas: Record<string, (env: Record<string, string>) => z.ZodObject> = {
  gateway: gatewayVariablesOf,
  user: () => userVariables,
  product: () => productVariables,
  order: () => orderVariables,
  payment: () => paymentVariables,
  auditor: () => auditorVariables,
};

describe('variables', () => {
  const programs = facts.workloads.filter(
    ({ service, isPatch }) => !isPatch && service !== undefined && service in schemas,
  );

  test.each(programs.map(({ name, service = '' }) => [name, service]))('%s starts with its own', (name, service) => {
    const env = environmentOf(name);
    const schema = schemas[service]?.(env) ?? z.object();
    expect(parseConfig(schema, env)).toHaveProperty('config');
    expect(Object.keys(env).filter((variable) => !(variable in schema.shape))).toEqual([]);
  });

  test('ten programs were asked', () => {
    expect(programs).toHaveLength(10);
  });

  const table = (known: string[], required: string[] = []) => ({ user: { known, required } });
  const workloads = facts.workloads.filter(({ name }) => name === 'user');
  const given = Object.keys(environmentOf('user'));

  test('all known and all there is no breach; X_FILE is there for X', () => {
    expect(variableBreaches({ workloads }, table(given, ['USER_DATABASE_URL']))).toEqual([]);
  });

  test.each([
    ['one that no code reads', table(given.slice(1)), 'base/user.yaml: user has HOST, which user does not read'],
    ['one that is missing', table(given, ['STRIPE_KEY']), 'base/user.yaml: user lacks STRIPE_KEY'],
    [
      'a program of which nothing is known',
      {},
      'base/user.yaml: user runs "user", of whose variables nothing is known',
    ],
  ])('%s is named', (_, known, told) => {
    expect(variableBreaches({ workloads }, known)).toEqual([told]);
  });

  test('an overlay may not bring a variable that no code reads', () => {
    const file = 'overlays/production/gateway.yaml';
    const changed = kubernetesFacts(edited(file, 'TRUSTED_DOCUMENTS', 'TRUSTED_DOCUMENT'));
    const known = Object.keys(gatewayVariablesOf(environmentOf('gateway')).shape);
    const breaches = variableBreaches(
      { workloads: changed.workloads.filter(({ name }) => name === 'gateway') },
      { gateway: { known, required: ['VIEWER_SIGNING_KEY'] } },
    );
    expect(breaches).toEqual([`${file}: gateway has TRUSTED_DOCUMENT, which gateway does not read`]);
  });
});

test.each([
  [['node', 'gateway/main.ts'], 'gateway'],
  [['node', 'subgraphs/user/main.ts'], 'user'],
  [['node', 'ops/migrate.ts', 'user'], 'migrate'],
  [['node', 'ops/audit.ts', '--every', '60'], 'auditor'],
  [['sleep', '5'], undefined],
])('the command %j is the program %s', (command, service) => {
  expect(serviceOf(command)).toBe(service);
});
