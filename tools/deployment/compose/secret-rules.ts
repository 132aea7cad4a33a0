/** Rules about secrets: files by reference, each service its own, and no value anywhere else. */
import { certificateNames, knownNames } from '#ops/secrets/table.ts';
import { composeFile } from './files.ts';
import type { ComposeFacts, Rule } from './rule.ts';
import { type ComposeService, secretsFolder, secretsPath, secretsVolume } from './services.ts';

// Derived from a secret, and as good as one to keep apart: who has it knows what to believe.
const secretNames = new Set([...knownNames, 'VIEWER_VERIFY_KEYS']);

/** Secrets that .env can give: the certificate and its key have many lines, which .env has not. */
export const givenByEnvironment = knownNames.filter((name) => !Object.values<string>(certificateNames).includes(name));

export const secretRules: readonly Rule[] = [
  {
    name: 'no secret in an environment',
    breaches: ({ services, variables }) => [
      ...services.flatMap(({ name, environment }) =>
        Object.keys(environment)
          .filter((variable) => secretNames.has(variable))
          .map((variable) => `${composeFile}: ${name} has ${variable} in its environment; name a file`),
      ),
      ...new Set(
        variables
          .filter(({ name }) => secretNames.has(name))
          .map(({ name }) => `${composeFile}: $${name} is put in where docker inspect shows it`),
      ),
    ],
  },
  {
    name: 'secret files',
    breaches: (facts) =>
      facts.services.flatMap((service) =>
        namedFiles(service)
          .filter(({ variable, file }) => !has(facts, service, file) || isMisnamed(service, variable, file))
          .map(
            ({ variable, file }) =>
              `${composeFile}: ${service.name} has ${variable}=${secretsPath}/${file}, and finds no such secret there`,
          ),
      ),
  },
  {
    name: 'own secrets',
    breaches: ({ services }) =>
      services
        .filter((service) => !makesSecrets(service))
        .flatMap((service) =>
          secretMounts(service)
            .filter(
              ({ folder, target, isReadOnly }) => !isOwn(service, folder) || target !== secretsPath || !isReadOnly,
            )
            .map(
              ({ folder }) =>
                `${composeFile}: ${service.name} mounts secrets-${folder}; its own belong to ${secretsPath}, read-only`,
            ),
        ),
  },
  {
    name: 'a folder for each',
    breaches: ({ services, secretFiles }) => {
      const maker = services.find(makesSecrets);
      const filled = maker ? secretMounts(maker).map(({ folder, target }) => `${folder} at ${target}`) : [];
      const wanted = Object.keys(secretFiles).map((folder) => `${folder} at /secrets/${folder}`);
      return differences(filled, wanted).map(
        ([what, which]) => `${composeFile}: the service that makes secrets ${what} the volume of ${which}`,
      );
    },
  },
  {
    name: 'given secrets',
    breaches: ({ configs }) => {
      const lines = (configs['given-secrets']?.content ?? '').split('\n').filter(Boolean);
      const wanted = givenByEnvironment.map((name) => `${name}=\${${name}:-}`);
      return differences(lines, wanted).map(([what, line]) => `${composeFile}: given-secrets ${what} ${line}`);
    },
  },
];

const makesSecrets = ({ program }: ComposeService): boolean => program?.owner === 'secrets';

const secretMounts = ({ mounts }: ComposeService) =>
  mounts.flatMap(({ source, ...mount }) => {
    const folder = secretsVolume.exec(source)?.[1];
    return folder ? [{ folder, ...mount }] : [];
  });

/** Ours share those of their owner; another's program has a folder of its own name. */
const isOwn = ({ name, program }: ComposeService, folder: string): boolean => folder === (program?.owner ?? name);

const namedFiles = ({ environment }: ComposeService) =>
  Object.entries(environment).flatMap(([variable, value]) =>
    value?.startsWith(`${secretsPath}/`) ? [{ variable, file: value.slice(secretsPath.length + 1) }] : [],
  );

const has = ({ secretFiles }: ComposeFacts, service: ComposeService, file: string): boolean =>
  file in (secretFiles[secretsFolder(service) ?? ''] ?? {});

const isMisnamed = ({ isOurs }: ComposeService, variable: string, file: string): boolean =>
  isOurs && variable !== `${file}_FILE`;

/** `lacks` for what is wanted and not there, `has` for the other way round. */
const differences = (found: readonly string[], wanted: readonly string[]): ['lacks' | 'has', string][] => [
  ...wanted.filter((one) => !found.includes(one)).map((one): ['lacks', string] => ['lacks', one]),
  ...found.filter((one) => !wanted.includes(one)).map((one): ['has', string] => ['has', one]),
];
