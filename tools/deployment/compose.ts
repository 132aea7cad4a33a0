/**
 * What docker-compose.yml says, with the files that its services are given, and what is wrong with it as far as that can
 * be told without an engine: variables, secrets, ports, networks, hardening.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { certificateNames, filesOf, knownNames, makers } from '#ops/secrets/table.ts';
import { containerRules } from './compose/container-rules.ts';
import { composeFile, parseCompose, type Texts } from './compose/files.ts';
import { networkRules } from './compose/network-rules.ts';
import { portRules } from './compose/port-rules.ts';
import type { Address, ComposeFacts, Rule } from './compose/rule.ts';
import { secretRules } from './compose/secret-rules.ts';
import { type ComposeService, mountedFiles, servicesOf } from './compose/services.ts';
import { variableRules } from './compose/variable-rules.ts';
import { wiringRules } from './compose/wiring-rules.ts';
import { dockerfileFacts, dockerfileTexts } from './dockerfile.ts';
import { prometheusFile, scrapeJobs } from './prometheus.ts';

export type { Texts } from './compose/files.ts';
export type { ComposeFacts } from './compose/rule.ts';

export const rules: readonly Rule[] = [
  ...variableRules,
  ...secretRules,
  ...portRules,
  ...networkRules,
  ...containerRules,
  ...wiringRules,
];

const root = path.resolve(import.meta.dirname, '../..');
const nginxFile = 'deploy/compose/nginx/nginx.conf';

/** The files as they are written: docker-compose.yml, and those that its services are given. */
export const composeTexts = (): Texts => {
  const configurations = globSync(['deploy/compose/**/*.{yml,conf}', 'deploy/grafana/provisioning/**/*.yml'], {
    cwd: root,
  });
  const files = [composeFile, prometheusFile, ...configurations.toSorted()];
  return {
    ...dockerfileTexts(),
    ...Object.fromEntries(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')])),
  };
};

/** Throws for a file that cannot be read as what it is. */
export const composeFacts = (texts: Texts): ComposeFacts => {
  const files = parseCompose(texts);
  const { [nginxFile]: nginx = '', [prometheusFile]: prometheus = '' } = texts;
  const services = servicesOf(files, dockerfileFacts(texts).healthCheck);
  return {
    ...files,
    services,
    edgePorts: [...nginx.matchAll(/^\s*listen (\d+)/gm)].map(([, port]) => Number(port)),
    configuredAddresses: services.flatMap((service) => configuredAddresses(service, texts)),
    jobs: scrapeJobs(prometheus),
    secretFiles: filesOf(someSecrets()),
    hasFile: (file) => existsSync(path.join(root, file)),
  };
};

/** A sentence for each breach of a rule, beginning with the file. */
export const composeBreaches = (facts: ComposeFacts) =>
  rules.flatMap(({ name, breaches }) => breaches(facts).map((message) => ({ rule: name, message })));

/** In the files and folders that it mounts. A host of ours has no dot in its name. */
const configuredAddresses = (service: ComposeService, texts: Texts): Address[] =>
  mountedFiles(service)
    .flatMap((mounted) => Object.keys(texts).filter((file) => file === mounted || file.startsWith(`${mounted}/`)))
    .flatMap((file) =>
      [...(texts[file] ?? '').matchAll(/(?:https?:\/\/|endpoint: )([\w-]+):(\d+)/g)].map(([said, host = '', port]) => ({
        ...{ from: service.name, host, port: Number(port) },
        said: `${file}: ${said}`,
      })),
    );

/** What the first start would make up; nothing for what nobody has to give. */
const someSecrets = (): Record<string, string> => ({
  ...Object.fromEntries(knownNames.map((name) => [name, makers[name]?.() ?? ''])),
  ...Object.fromEntries(Object.values(certificateNames).map((name) => [name, 'PEM'])),
});
