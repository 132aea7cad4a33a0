/** The deployment keeps its policies, and each policy is broken on purpose; generated files are current; processes start with what they get. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { filesOf, knownNames, makers } from '#ops/secrets/table.ts';
import { outsiders, services, subgraphs } from '#ops/services.ts';
import { parseConfig } from '#platform/config/config.ts';
import { checkDeployment, nothingFound } from '#tools/deployment/check.ts';
import { composeFacts, composeTexts } from '#tools/deployment/compose.ts';
import { envExample, envExampleViolations } from '#tools/deployment/env-example.ts';
import { withBlocks, withoutBlocks } from '#tools/deployment/generate/blocks.ts';
import { kubernetesFacts, kubernetesTexts, podOf } from '#tools/deployment/kubernetes.ts';
import { composePolicies } from '#tools/deployment/policies/compose.ts';
import { dockerfileFacts, dockerfilePolicies } from '#tools/deployment/policies/dockerfile.ts';
import { kubernetesPolicies } from '#tools/deployment/policies/kubernetes.ts';
import { violationsOf } from '#tools/deployment/policies/policy.ts';
import { schemas } from '#tools/deployment/variables.ts';
import { composeViolations, dockerfileViolations, kubernetesViolations } from './deployment.fixture.ts';

const texts = composeTexts();
const manifests = kubernetesTexts();

/** The files with one text of one file replaced, wherever it is there. */
const edited = (all: Readonly<Record<string, string>>, file: string, from: string, to: string) => {
  const text = all[file] ?? '';
  if (!text.includes(from)) throw new Error(`${file} does not have ${from}`);
  return { ...all, [file]: text.replaceAll(from, to) };
};

test('the deployment is current, keeps its policies, and all of its parts were checked', () => {
  const { violations, checked } = checkDeployment();
  expect(violations).toEqual([]);
  expect(Object.keys(checked)).toEqual(['services', 'variables', 'manifests', 'queries']);
});

test('a part of which nothing is found is a violation', () => {
  expect(nothingFound({ services: 28, queries: 0 })).toEqual(['deploy: no queries were found']);
});

describe('a seeded violation', () => {
  const all = [
    { policies: composePolicies, seeded: composeViolations },
    { policies: kubernetesPolicies, seeded: kubernetesViolations },
    { policies: dockerfilePolicies, seeded: dockerfileViolations },
  ];
  test.each(all)('exists for every policy', ({ policies, seeded }) => {
    expect(Object.keys(seeded).sort()).toEqual(policies.map(({ name }) => name).sort());
  });

  const edits = (seeded: typeof composeViolations) =>
    Object.entries(seeded).flatMap(([policy, of]) => of.map((edit) => [policy, ...edit] as const));

  test.each(edits(composeViolations))('breaks "%s" in %s: %j becomes %j', (policy, file, from, to, message) => {
    const broken = edited(texts, file, from, to);
    const violations = violationsOf(composePolicies, { ...composeFacts(broken), texts: broken });
    expect(violations).toContainEqual({ policy, message: expect.stringContaining(message) });
  });

  test.each(edits(kubernetesViolations))('breaks "%s" in %s: %j becomes %j', (policy, file, from, to, message) => {
    const violations = violationsOf(kubernetesPolicies, kubernetesFacts(edited(manifests, file, from, to)));
    expect(violations).toContainEqual({ policy, message: expect.stringContaining(message) });
  });

  test.each(edits(dockerfileViolations))('breaks "%s" in %s: %j becomes %j', (policy, _, from, to, message) => {
    const facts = dockerfileFacts();
    const { Dockerfile: dockerfile } = edited({ Dockerfile: facts.dockerfile }, 'Dockerfile', from, to);
    const violations = violationsOf(dockerfilePolicies, { ...facts, dockerfile: dockerfile ?? '' });
    expect(violations).toContainEqual({ policy, message: expect.stringContaining(message) });
  });
});

describe('a generated block', () => {
  const text = 'a:\n  # >>> names: why\n  - old\n  # <<< names\n  - mine\n';

  test('is replaced and indented as its markers are, and nothing else is touched', () => {
    expect(withBlocks('f', text, { names: ['- x', '', '- y'] })).toBe(
      'a:\n  # >>> names: why\n  - x\n\n  - y\n  # <<< names\n  - mine\n',
    );
    expect(withoutBlocks(text)).toBe('a:\n  - mine\n');
  });

  test.each([
    [{}, 'f: the block "names" is not one that is generated'],
    [{ names: [], others: [] }, 'f: lacks the generated block others'],
  ])('must be known, and there: %j', (blocks, message) => {
    expect(() => withBlocks('f', text, blocks)).toThrow(message);
  });
});

/** Some value of the right form for each secret that the first start would make. */
const secretFiles = filesOf(Object.fromEntries(knownNames.map((name) => [name, makers[name]?.() ?? ''])));

/** An environment with each secret in its variable instead of in a file; what .env could give is not set. */
const environmentOf = (variables: Readonly<Record<string, unknown>>, secrets: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(variables)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]): [string, string] => {
        const secret = name.replace(/_FILE$/, '');
        return [secret, secret === name ? String(value) : (secrets[secret] ?? '')];
      }),
  );

/** Secrets that no start makes: the operator gives them, and in production nobody can sign in, or pay, without. */
const givenByOperator = {
  SMTP_URL: 'smtps://mail.shop.com',
  STRIPE_SECRET_KEY: 'sk_test_4eC39HqLyjWDarjtT1zdp7dc',
  STRIPE_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
};

const expectToStart = (service: string, env: Record<string, string>) =>
  expect(parseConfig<z.ZodRawShape>(schemas[service] as z.ZodObject, env)).toHaveProperty('config');

/** By workload: whose configuration it reads. */
const programs = [
  ...services.flatMap((service) => [
    [service.name, service.name] as const,
    ...(service.kind === 'subgraph' ? [[service.worker, service.name] as const] : []),
  ]),
  ['auditor', 'auditor'] as const,
];

describe('the environment is enough to start', () => {
  const { services: inCompose } = composeFacts(texts);
  test.each(programs)('%s in Compose', (workload, service) => {
    const { environment = {} } = inCompose.find(({ name }) => name === workload) ?? {};
    expectToStart(service, environmentOf(environment, secretFiles[service] ?? {}));
  });

  test('payment in Compose, where Stripe moves the money', () => {
    const { environment = {} } = inCompose.find(({ name }) => name === 'payment-worker') ?? {};
    const secrets = { ...secretFiles.payment, ...givenByOperator };
    const env = environmentOf({ ...environment, PROFILE: 'production', PAYMENT_PROVIDER: 'stripe' }, secrets);
    expectToStart('payment', env);
    const { STRIPE_SECRET_KEY: _key, ...withoutKey } = env;
    expect(parseConfig<z.ZodRawShape>(schemas.payment as z.ZodObject, withoutKey)).toHaveProperty('faults');
  });

  const facts = kubernetesFacts(manifests);
  // There is no payment provider to play in a cluster: its customers pay.
  const inKubernetes = programs.filter(([workload]) => !outsiders.some(({ name }) => name === workload));
  const everyProcess = facts.kustomizations.flatMap(({ configMapGenerator }) =>
    configMapGenerator.flatMap(({ literals }) => literals.map((literal) => literal.split(/=(.*)/s))),
  );
  test.each(inKubernetes)('%s in Kubernetes, as the overlay has it', (workload, service) => {
    const own = facts.manifests
      .filter(({ object }) => object.kind === 'Deployment' && object.metadata.name === workload)
      .flatMap((manifest) => podOf(manifest)?.containers[0]?.env ?? [])
      .map(({ name, value }) => [name, value]);
    expect(own.length).toBeGreaterThan(0);
    const secrets = { ...secretFiles[service], ...givenByOperator };
    // No server takes mail from shop.example.
    const variables = { ...Object.fromEntries([...everyProcess, ...own]), MAIL_FROM: 'Shop <mail@shop.com>' };
    expectToStart(service, environmentOf(variables, secrets));
  });
});

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
test.skipIf(!hasKubectl)('kustomize renders the overlay, with a Deployment for each workload', () => {
  const text = execFileSync('kubectl', ['kustomize', 'deploy/kubernetes/overlays/production'], { encoding: 'utf8' });
  const deployments = [...text.matchAll(/^kind: Deployment\nmetadata:(?:\n +.*)*?\n {2}name: (.*)$/gm)];
  const expected = programs.map(([workload]) => workload).filter((name) => !outsiders.some((of) => of.name === name));
  expect(deployments.map(([, name]) => name).sort()).toEqual(expected.sort());
});

test('every subgraph has a queue, a database and a door that the gateway knows', () => {
  const [compose = '', common = ''] = [texts['docker-compose.yml'], texts['deploy/compose/services.yml']];
  for (const { name, worker, port } of subgraphs) {
    for (const service of [name, worker, `postgres-${name}`, `migrate-${name}`])
      expect(compose).toContain(`\n  ${service}:\n`);
    expect(common).toContain(`_SUBGRAPH_URL:-http://${name}:${port}/graphql}`);
  }
});

describe('.env.example', () => {
  const facts = composeFacts(texts);

  test('changes nothing when it is copied to .env: no line of it sets a variable', () => {
    const lines = readFileSync('.env.example', 'utf8').split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  test.each(Object.entries(schemas))('has values that %s accepts', (name, schema) => {
    const shown = [...readFileSync('.env.example', 'utf8').matchAll(/^#([A-Z][A-Z0-9_]*)=(.*)$/gm)];
    const values = Object.fromEntries(shown.map(([, variable = '', value = '']) => [variable, value]));
    expect(parseConfig<z.ZodRawShape>(schema, { ...values, ...secretFiles[name] })).toHaveProperty('config');
  });

  test.each<[string, (current: string) => string, string]>([
    ['a variable is missing', (text) => text.replace('#LOG_LEVEL=info\n', ''), 'lacks LOG_LEVEL'],
    ['a variable is one that nothing takes', (text) => `${text}#LOG_LEVELS=info\n`, 'has LOG_LEVELS'],
    ['a default is another', (text) => text.replace('LOG_LEVEL=info', 'LOG_LEVEL=debug'), 'is not current'],
    ['there is no such file', () => '', 'lacks GATEWAY_ADDRESS'],
  ])('is rejected when %s', (_, change, message) => {
    const current = envExample(facts);
    expect(envExampleViolations(current, facts)).toEqual([]);
    expect(envExampleViolations(change(current), facts)).toContainEqual(expect.stringContaining(message));
  });

  test.each([
    ['that no program reads', 'deploy/compose/services.yml', 'LOG_LEVEL:', 'LOUDNESS:', 'no program reads LOUDNESS'],
    ['that is not taken any more', 'docker-compose.yml', 'GATEWAY_PORT', 'SHOP', 'does not take GATEWAY_PORT'],
  ])('cannot be made with a variable %s', (_, file, from, to, message) => {
    expect(() => envExample(composeFacts(edited(texts, file, from, to)))).toThrow(message);
  });
});
