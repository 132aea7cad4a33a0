/** Containers, manifests, dashboards and .env.example against the code; and each rule about them is broken on purpose. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { parseConfig } from '#platform/config/config.ts';
import { checkDeployment, manifestVariableBreaches, nothingThere } from '#tools/deployment/check.ts';
import { composeBreaches, composeFacts, composeTexts, rules } from '#tools/deployment/compose.ts';
import { dockerfileBreaches, dockerfileFacts, dockerfileRules } from '#tools/deployment/dockerfile.ts';
import { envExample, envExampleBreaches } from '#tools/deployment/env-example.ts';
import { kubernetesFacts, kubernetesTexts } from '#tools/deployment/kubernetes.ts';
import { schemas } from '#tools/deployment/variables.ts';
import { containerViolations } from './deployment-containers.fixture.ts';
import { dockerfileViolations, networkViolations } from './deployment-networks.fixture.ts';

const texts = composeTexts();
const facts = composeFacts(texts);
const composeViolations = { ...containerViolations, ...networkViolations };

/** The files with one text of one file replaced, wherever it is there. */
const edited = (all: Readonly<Record<string, string>>, file: string, from: string, to: string) => {
  const text = all[file] ?? '';
  if (!text.includes(from)) throw new Error(`${file} does not have ${from}`);
  return { ...all, [file]: text.replaceAll(from, to) };
};

test('the deployment agrees with the code, and all of its parts were looked at', () => {
  const { breaches, looked } = checkDeployment();
  expect(breaches).toEqual([]);
  expect(Object.keys(looked)).toEqual(['services', 'variables', 'manifests', 'queries']);
});

test('a part of which there is nothing is a breach, and not a pass', () => {
  expect(nothingThere({ services: 28, queries: 0 })).toEqual(['deploy: no queries were found']);
});

test('every rule has a violation here', () => {
  expect(Object.keys(composeViolations).sort()).toEqual(rules.map(({ name }) => name).sort());
  expect(Object.keys(dockerfileViolations).sort()).toEqual(dockerfileRules.map(({ name }) => name).sort());
});

describe.each(Object.entries(composeViolations))('the rule "%s"', (rule, edits) => {
  test.each(edits)('is broken in %s by turning %j into %j', (file, from, to, told) => {
    const breaches = composeBreaches(composeFacts(edited(texts, file, from, to)));
    expect(breaches).toContainEqual({ rule, message: expect.stringContaining(told) });
  });
});

describe.each(Object.entries(dockerfileViolations))('the rule "%s"', (rule, edits) => {
  test.each(edits)('is broken in %s by turning %j into %j', (file, from, to, told) => {
    const breaches = dockerfileBreaches(dockerfileFacts(edited(texts, file, from, to)));
    expect(breaches).toContainEqual({ rule, message: expect.stringContaining(told) });
  });
});

describe('the variables of a manifest', () => {
  const manifests = kubernetesTexts();
  const breachesWith = (file: string, from: string, to: string) =>
    manifestVariableBreaches(kubernetesFacts(edited(manifests, file, from, to)));

  test.each([
    ['base/order-worker.yaml', 'name: REDIS_URL_FILE', 'name: REDIS_URI_FILE', 'order-worker lacks REDIS_URL'],
    [
      'base/order-worker.yaml',
      'name: REDIS_URL_FILE',
      'name: REDIS_URI_FILE',
      'REDIS_URI_FILE, which order does not read',
    ],
    [
      'base/payment.yaml',
      'name: SIMULATOR_WEBHOOK_SECRET_FILE',
      'name: TRACES_FILE',
      'payment lacks SIMULATOR_WEBHOOK_SECRET',
    ],
    ['base/kustomization.yaml', 'HOST=0.0.0.0', 'LOG_LEVEL=info', 'auditor lacks HOST'],
    ['base/user.yaml', 'subgraphs/user/main.ts', 'subgraphs/users/main.ts', 'user runs "node subgraphs/users/main.ts"'],
    [
      'base/migrations.yaml',
      'name: ORDER_DATABASE_URL_FILE',
      'name: USER_DATABASE_URL_FILE',
      'migrate-order lacks ORDER_DATABASE_URL',
    ],
  ])('disagree with the code in %s when %j is %j', (file, from, to, told) => {
    expect(breachesWith(file, from, to)).toContainEqual(expect.stringContaining(told));
  });
});

describe('.env.example', () => {
  test('changes nothing when it is copied to .env: no line of it sets a variable', () => {
    expect(
      readFileSync('.env.example', 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#')),
    ).toEqual([]);
  });

  test.each(Object.entries(schemas))('has values that %s takes', (name, schema) => {
    const told = [...readFileSync('.env.example', 'utf8').matchAll(/^#([A-Z][A-Z0-9_]*)=(.*)$/gm)];
    const values = Object.fromEntries(told.map(([, variable = '', value = '']) => [variable, value]));
    const secrets = facts.secretFiles[name] ?? {};
    expect(parseConfig<z.ZodRawShape>(schema, { ...values, ...secrets })).toHaveProperty('config');
  });

  test.each<[string, (current: string) => string, string]>([
    ['a variable is missing', (text) => text.replace('#LOG_LEVEL=info\n', ''), 'lacks LOG_LEVEL'],
    ['a variable is one that nothing takes', (text) => `${text}#LOG_LEVELS=info\n`, 'has LOG_LEVELS'],
    ['a default is another', (text) => text.replace('LOG_LEVEL=info', 'LOG_LEVEL=debug'), 'is not current'],
    ['there is no such file', () => '', 'lacks GATEWAY_ADDRESS'],
  ])('is told to be wrong when %s', (_, change, told) => {
    const current = envExample(facts);
    expect(envExampleBreaches(current, facts)).toEqual([]);
    expect(envExampleBreaches(change(current), facts)).toContainEqual(expect.stringContaining(told));
  });

  test.each([
    ['that no program reads', 'deploy/compose/services.yml', 'LOG_LEVEL:', 'LOUDNESS:', 'no program reads LOUDNESS'],
    ['that is not taken any more', 'docker-compose.yml', 'GATEWAY_ADDRESS', 'SHOP', 'does not take GATEWAY_ADDRESS'],
  ])('cannot be made with a variable %s', (_, file, from, to, told) => {
    expect(() => envExample(composeFacts(edited(texts, file, from, to)))).toThrow(told);
  });
});
