/** The description of a service, in `service.ts` of its folder. Launcher, ops, tools and deployment derive from it what they need. */
import type { MessageDefinition } from '#contracts/envelope.ts';

/**
 * How a secret is generated unless the operator provides it. `password`: random text. `signing-key`, `signing-keys`: a private
 * Ed25519 JWK, or a JWK set with one. `optional`: not generated, the service runs without. `given`: not generated either, and
 * Kubernetes does not start the service without it.
 */
export type SecretKind = 'password' | 'signing-key' | 'signing-keys' | 'optional' | 'given';

/** A path that clients reach past the graph. Gateway, edge and ingress pass it on, as it is, to the API role of its service. */
export interface PublicPath {
  /** With a slash at its end: everything below it. Without: this path alone. */
  readonly path: string;
  /** A sentence for the files in which it is written down. */
  readonly about: string;
  /** A longer body is refused before the service hears of it. */
  readonly maxBodyBytes: number;
  /** How long a body may take to arrive; 30 s by default. */
  readonly arrivalMs?: number;
  /** Requests that one address may make each second, and how many more in a burst. 20 and 100 by default. */
  readonly rate?: { readonly perSecond: number; readonly burst: number };
}

export interface Folder {
  readonly name: string;
  /** Who writes there: the worker alone, or the replicas of both roles, which then share it. */
  readonly roles: 'worker' | 'both';
}

export interface ServiceDescriptor {
  /** Also its folder's, its queue's, its database's and role's name, and in capitals what its own variables begin with. Lower-case letters and digits. */
  readonly name: string;
  readonly kind: 'gateway' | 'subgraph' | 'outside';
  /** Where it listens when `<NAME>_PORT` says nothing else. Serves /health/live, /health/ready and /metrics there. */
  readonly port: number;
  /**
   * For a service that is not ours to run on Node: its command, relative to its folder, and the variables it reads. Without
   * it, `main.ts` is run, and the variables are the keys of `variables` in `config.ts`.
   */
  readonly program?: { readonly command: readonly string[]; readonly variables: readonly string[] };
  /** Further variables whose names depend on other services, such as ORDER_SUBGRAPH_URL. */
  readonly variablePattern?: RegExp;
  /** Secrets of its own by variable; the addresses of its database and of Redis are added by themselves. */
  readonly secrets?: Readonly<Record<string, SecretKind>>;
}

/** A copy of another service's data, kept by its messages, which `npm run rebuild` can make anew from that service's event store. */
export interface ReadModel {
  /** The service whose data it is; its descriptor has the messages in `replays`. */
  readonly source: string;
  /** The type of the aggregates that the messages are about. */
  readonly aggregate: string;
  /** Of each aggregate the newest says everything. All versions that a store may still hold. */
  readonly messages: readonly MessageDefinition[];
  /** A list in the messages whose items stay in the read model when a later message does not have them: its name, and that of their id. */
  readonly parts?: { readonly list: string; readonly id: string };
  /**
   * Each table with its primary key and the column that has the aggregate's id, referenced tables first. The first has a row
   * for each aggregate, and `sequence`: that of the message it is from.
   */
  readonly tables: readonly ReadModelTable[];
  /** The module that takes its messages into such tables, `readModels(databaseUrl)` (ops/rebuild). From the root of the project. */
  readonly module: string;
}

export interface ReadModelTable {
  readonly name: string;
  readonly key: string;
  readonly aggregate: string;
}

export interface GatewayDescriptor extends ServiceDescriptor {
  readonly kind: 'gateway';
}

/**
 * Plays a system that is not ours, such as a payment provider, where there is none. It has a PostgreSQL database of its name, made
 * by `prisma/<name>/migrations`, which no service of the shop can reach and no backup holds; and no graph, no queue and no events.
 */
export interface OutsideDescriptor extends ServiceDescriptor {
  readonly kind: 'outside';
  /** The subgraph that calls it, by `<NAME>_URL`, and that it calls back at `<NAME>_WEBHOOK_URL`. They share its secrets. */
  readonly client: string;
  /** The path of the client's that it calls back. */
  readonly webhook: string;
  /** It runs where this variable has this value, or none; in production with `<NAME>_IN_PRODUCTION=yes` only. */
  readonly chosenBy: { readonly variable: string; readonly value: string };
}

export interface SubgraphDescriptor extends ServiceDescriptor {
  readonly kind: 'subgraph';
  /**
   * It owns a PostgreSQL database of its name, made by `prisma/<name>/migrations` (with a Prisma client if there is a
   * `schema.prisma`), which holds outbox, inbox and idempotency keys as all of ours do.
   */
  readonly database: boolean;
  /** The messages that its queue gets a copy of; its `consumers` have a handler for each. */
  readonly receives: readonly MessageDefinition[];
  /** Copies that it keeps of other services' data, by name. */
  readonly readModels?: Readonly<Record<string, ReadModel>>;
  /** Messages of its own that it serves again from its event store, to those who rebuild a read model: no secrets among them. */
  readonly replays?: readonly MessageDefinition[];
  /** What its consumer role is called where it runs as a process of its own. */
  readonly worker: string;
  /** The entities that are at home here; others refer to them, or add fields. */
  readonly entities: readonly string[];
  /**
   * Its mutations: those that move money or stock require an idempotency key, the others take one. `keyless`: a key would do
   * nothing (the input can be used once), or harm.
   */
  readonly mutations: {
    readonly keyRequired: readonly string[];
    readonly keyOptional: readonly string[];
    readonly keyless?: readonly string[];
  };
  /** The module that puts demo data in: `seed(databaseUrl, shop)` gives a sentence. From the root of the project. */
  readonly seed?: string;
  /** It keeps the catalogue: the module that imports and exports it, `catalogue(databaseUrl, shop)` (ops/import-catalogue.ts). From the root of the project. */
  readonly catalogue?: string;
  /** It keeps the accounts: the module through which an operator changes them, `accounts(databaseUrl)` (ops/users.ts). From the root of the project. */
  readonly accounts?: string;
  /** It keeps the payments: the module that compares them with the providers, `reconciliation(databaseUrl, env)` (ops/reconcile.ts). From the root of the project. */
  readonly payments?: string;
  /** What of it clients reach past the graph: webhooks, links in mails, files. */
  readonly publicPaths?: readonly PublicPath[];
  /** Folders of files, by the variable that names each: a volume in Compose, part of the data folder of `npm start`. */
  readonly folders?: Readonly<Record<string, Folder>>;
  /** Servers outside that it calls: the roles that do are on a network that leads out. */
  readonly outbound?: { readonly ports: readonly number[]; readonly roles: 'worker' | 'both' };
  /** How long the oldest message in its queue may wait before its worker is scaled up; 2 s by default, since customers wait for a checkout. */
  readonly queueAgeTargetSeconds?: number;
}
