/** The generated blocks of docker-compose.yml and deploy/compose/services.yml: what each service of the list needs there. */
import { makers, optionalNames } from '#ops/secrets/table.ts';
import { folderOf, outsiders, services, subgraphs, variableOf } from '#ops/services.ts';
import { processVariables, subgraphVariables } from '#platform/config/config.ts';
import type { OutsideDescriptor, ServiceDescriptor, SubgraphDescriptor } from '#platform/service/descriptor.ts';
import { leftOut } from '../left-out.ts';
import { namesRead } from '../variables.ts';
import type { Blocks } from './blocks.ts';

/** Secrets that .env can give. The edge's certificate and key have many lines, which a line of .env cannot hold. */
export const givenByEnvironment: readonly string[] = [...Object.keys(makers), ...optionalNames];

/** Whoever has a database. */
const owners: readonly ServiceDescriptor[] = [...subgraphs.filter(({ database }) => database), ...outsiders];
const seeded = subgraphs.filter(({ seed }) => seed);

/** A template's lines, without the indentation that it has here. */
const lines = (template: string): string[] => {
  const all = template.replace(/^\n/, '').trimEnd().split('\n');
  const indent = /^ */.exec(all[0] ?? '')?.[0].length ?? 0;
  return all.map((line) => line.slice(indent));
};

const secretFiles = (...names: string[]): string[] => names.map((name) => `${name}_FILE: /run/agora/${name}`);
const databaseUrl = ({ name }: ServiceDescriptor): string => variableOf(name, 'DATABASE_URL');
const ownDatabase = (owner: ServiceDescriptor): string[] =>
  secretFiles(databaseUrl(owner), ...(owner.kind === 'outside' ? [] : [variableOf(owner.name, 'DATABASE_DIRECT_URL')]));

const composeServices = (subgraph: SubgraphDescriptor): string[] => [
  ...(subgraph.database ? databaseServices(subgraph) : []),
  ...(subgraph.seed ? seedService(subgraph) : []),
  ...apiService(subgraph),
  ...(subgraph.database ? workerService(subgraph) : []),
];

/** An outside system, on a network with its client and nobody else. */
const outsideServices = (outsider: OutsideDescriptor): string[] => [
  ...databaseServices(outsider),
  ...lines(`
    ${outsider.name}:
      extends: {file: deploy/compose/services.yml, service: ${outsider.name}}
      depends_on: {migrate-${outsider.name}: {condition: service_completed_successfully}}
      networks: [${outsider.name}, ${outsider.name}-database]`),
  '',
];

const databaseServices = (owner: ServiceDescriptor): string[] => {
  const { name } = owner;
  return [
    ...lines(`
    postgres-${name}:
      extends: {file: deploy/compose/services.yml, service: postgres}
      depends_on: {secrets: {condition: service_completed_successfully}}
      networks: [${name}-database]
      environment: {OWNER: ${name}}
      volumes:
        - ${name}-data:/var/lib/postgresql/data
        - secrets-postgres-${name}:/run/agora:ro
        - ./deploy/compose/postgres:/docker-entrypoint-initdb.d:ro`),
    '',
    ...lines(`
    migrate-${name}:
      extends: {file: deploy/compose/services.yml, service: one-shot}
      depends_on: {postgres-${name}: {condition: service_healthy}}
      networks: [${name}-database]
      command: [node, ops/migrate.ts, ${name}]
      environment:
        ${ownDatabase(owner).join('\n        ')}
      volumes: ["secrets-${name}:/run/agora:ro"]`),
    '',
  ];
};

const seedService = (subgraph: SubgraphDescriptor): string[] => [
  ...lines(`
    seed-${subgraph.name}:
      extends: {file: deploy/compose/services.yml, service: seed}
      depends_on: {migrate-${subgraph.name}: {condition: service_completed_successfully}}
      networks: [${subgraph.name}-database]
      command: [node, launcher/seed.ts, ${subgraph.name}]
      environment:
        ${ownDatabase(subgraph).join('\n        ')}
        SHOP_DEFAULT_LANGUAGE:
      volumes: ["secrets-${subgraph.name}:/run/agora:ro"]`),
  '',
];

const apiService = ({ name, database, publicPaths, folders = {}, outbound }: SubgraphDescriptor): string[] => [
  ...lines(`
    ${name}:
      extends: {file: deploy/compose/services.yml, service: ${name}}
      depends_on: {${database ? `migrate-${name}` : 'secrets'}: {condition: service_completed_successfully}}
      networks: [${['graph', ...(database ? [`${name}-database`] : []), 'monitoring', ...(publicPaths ? ['public-paths'] : []), ...networksOutside(name), ...(outbound?.roles === 'both' ? ['outbound'] : [])].join(', ')}]
      environment: {${environmentOf('api', folders)}}`),
  ...volumesOf(name, 'api', folders),
  '',
];

const workerService = ({ name, worker, folders = {}, outbound }: SubgraphDescriptor): string[] => [
  ...lines(`
    ${worker}:
      extends: {file: deploy/compose/services.yml, service: ${name}}
      depends_on:
        migrate-${name}: {condition: service_completed_successfully}
        redis: {condition: service_healthy}
      networks: [${[`${name}-database`, 'messaging', 'monitoring', ...networksOutside(name), ...(outbound ? ['outbound'] : [])].join(', ')}]
      environment: {${environmentOf('consumer', folders)}}`),
  ...volumesOf(name, 'consumer', folders),
  '',
];

/** Those that it shares with the outside systems that it calls. */
const networksOutside = (subgraph: string): string[] =>
  outsiders.flatMap(({ name, client }) => (client === subgraph ? [name] : []));

type Folders = NonNullable<SubgraphDescriptor['folders']>;

const foldersOf = (role: 'api' | 'consumer', folders: Folders) =>
  Object.entries(folders).filter(([, { roles }]) => role === 'consumer' || roles === 'both');
const environmentOf = (role: 'api' | 'consumer', folders: Folders): string =>
  [`ROLE: ${role}`, ...foldersOf(role, folders).map(([variable, folder]) => `${variable}: /${folder.name}`)].join(', ');
const volumesOf = (name: string, role: 'api' | 'consumer', folders: Folders): string[] => {
  const volumes = foldersOf(role, folders).map(([, folder]) => `"${name}-${folder.name}:/${folder.name}"`);
  return volumes.length > 0 ? [`  volumes: [${volumes.join(', ')}]`] : [];
};

export const composeBlocks = (): Blocks => ({
  'secret-volumes': [
    ...services.map(({ name }) => `- secrets-${name}:/secrets/${name}`),
    ...owners.map(({ name }) => `- secrets-postgres-${name}:/secrets/postgres-${name}`),
  ],
  subgraphs: subgraphs.flatMap(composeServices).slice(0, -1),
  'outside-systems': outsiders.flatMap(outsideServices).slice(0, -1),
  'subgraphs-ready': [
    ...subgraphs.map(({ name }) => `${name}: {condition: service_healthy}`),
    ...seeded.map(({ name }) => `seed-${name}: {condition: service_completed_successfully}`),
  ],
  migrated: owners.map(({ name }) => `migrate-${name}: {condition: service_completed_successfully}`),
  'every-database': owners.map(({ name }) => `${name}-database:`),
  'database-urls': secretFiles(...owners.map(databaseUrl)),
  'database-networks': owners.map(({ name }) => `${name}-database: {internal: true}`),
  'outside-networks': outsiders.map(({ name }) => `${name}: {internal: true}`),
  volumes: [
    ...owners.map(({ name }) => `${name}-data:`),
    ...subgraphs.flatMap(({ name, folders = {} }) => Object.values(folders).map((folder) => `${name}-${folder.name}:`)),
    ...services.map(({ name }) => `secrets-${name}:`),
    ...owners.map(({ name }) => `secrets-postgres-${name}:`),
  ],
  'given-secrets': ['given-secrets:', '  content: |', ...givenByEnvironment.map((name) => `    ${name}=\${${name}:-}`)],
});

/** A variable without a value is passed on from .env, and is not set where .env lacks it. */
const passedOn = (names: readonly string[], except: readonly string[]): string[] =>
  names
    .filter((name) => !except.includes(name) && !leftOut.some((out) => out.names.test(name)))
    .map((name) => `${name}:`);

/** `byHand`: the variables that the file has outside of its generated blocks. */
export const serviceBlocks = (byHand: readonly string[]): Blocks => {
  const common = {
    process: Object.keys(processVariables),
    subgraph: Object.keys(subgraphVariables),
  };
  const secret = [...givenByEnvironment, 'VIEWER_VERIFY_KEYS'];
  const own = (service: ServiceDescriptor) =>
    passedOn(namesRead(service), [...byHand, ...secret, ...common.process, ...common.subgraph]);
  const gateway = services.filter(({ kind }) => kind === 'gateway');
  return {
    'process-variables': passedOn(common.process, byHand),
    'gateway-variables': [
      ...gateway.flatMap(({ secrets = {} }) => secretFiles(...Object.keys(secrets))),
      ...subgraphs.map(({ name, port }) => {
        const variable = variableOf(name, 'SUBGRAPH_URL');
        return `${variable}: \${${variable}:-http://${name}:${port}/graphql}`;
      }),
      ...gateway.flatMap(own),
    ],
    'subgraph-variables': passedOn(common.subgraph, [...byHand, ...secret, ...common.process]),
    subgraphs: subgraphs.flatMap((subgraph) => ['', ...commonService(subgraph, own(subgraph))]).slice(1),
    'outside-systems': outsiders.flatMap((outsider) => ['', ...outsideService(outsider, own(outsider))]).slice(1),
  };
};

/** What both roles of a subgraph have in common. One with a program of its own is built from its folder's Dockerfile. */
const commonService = (subgraph: SubgraphDescriptor, variables: readonly string[]): string[] => {
  const { name, port, secrets = {}, database, program } = subgraph;
  const folder = folderOf(subgraph);
  return [
    `${name}:`,
    '  extends: subgraph',
    ...(program
      ? [
          `  image: agora-${name}`,
          `  build: ../../${folder}`,
          '  pull_policy: build',
          `  command: [${program.command.join(', ')}]`,
        ]
      : [`  command: [node, ${folder}/main.ts]`, '  healthcheck:', `    test: [CMD, node, ops/health.mjs, "${port}"]`]),
    `  volumes: ["secrets-${name}:/run/agora:ro"]`,
    '  environment:',
    ...[
      ...(database ? ownDatabase(subgraph) : []),
      ...secretFiles(...Object.keys(secrets)),
      ...outsiders
        .filter(({ client }) => client === name)
        .flatMap((outsider) => [
          ...secretFiles(...Object.keys(outsider.secrets ?? {})),
          `${variableOf(outsider.name, 'URL')}: http://${outsider.name}:${outsider.port}`,
        ]),
      ...variables.filter((line) => !outsiders.some((outsider) => line === `${variableOf(outsider.name, 'URL')}:`)),
    ].map((line) => `    ${line}`),
  ];
};

const outsideService = (outsider: OutsideDescriptor, variables: readonly string[]): string[] => {
  const { name, port, secrets = {}, client, webhook } = outsider;
  const webhookUrl = variableOf(name, 'WEBHOOK_URL');
  const clientPort = subgraphs.find((subgraph) => subgraph.name === client)?.port;
  return [
    `${name}:`,
    '  extends: process',
    `  command: [node, ${folderOf(outsider)}/main.ts]`,
    '  healthcheck:',
    `    test: [CMD, node, ops/health.mjs, "${port}"]`,
    `  volumes: ["secrets-${name}:/run/agora:ro"]`,
    '  environment:',
    ...[
      ...ownDatabase(outsider),
      ...secretFiles(...Object.keys(secrets)),
      `${webhookUrl}: http://${client}:${clientPort}${webhook}`,
      ...variables.filter((line) => line !== `${webhookUrl}:`),
    ].map((line) => `    ${line}`),
  ];
};
