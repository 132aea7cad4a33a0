/** Prisma's schema engine under plain Node: ADR 10. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from '#platform/database/pg.ts';

/**
 * The SQL that turns the database at `url` into what the Prisma schema says; undefined when they agree.
 * Prisma's own engine compares them, in its WebAssembly build: the native one is a download that not every machine may make.
 */
export const sqlFromDatabaseTo = async (schemaFile: string, url: string): Promise<string | undefined> => {
  const files = [{ path: schemaFile, content: await readFile(schemaFile, 'utf8') }];
  const engine = await startEngine(files, url);
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: path.dirname(schemaFile) },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    return exitCode === 0 ? undefined : (stdout ?? '');
  } finally {
    engine.free();
  }
};

const startEngine = async (files: { path: string; content: string }[], url: string): Promise<SchemaEngine> => {
  engineClass ??= loadEngine();
  const datamodels = files.map((file): [string, string] => [file.path, file.content]);
  const adapters = {
    ...catalogueAdapters(url),
    connectToShadowDb: () => Promise.reject(new Error('no shadow database here')),
  };
  return (await engineClass).new({ datamodels }, () => undefined, bindMigrationAwareSqlAdapterFactory(adapters));
};

/** Once per process: the package keeps views of one instance's memory, and a second instance would read the first one's. */
let engineClass: Promise<typeof SchemaEngine> | undefined;

type Glue = { SchemaEngine: typeof SchemaEngine; __wbg_set_wasm: (exports: unknown) => void };
// Node's types leave WebAssembly to the browser's.
type Wasm = { instantiate: (binary: Uint8Array, imports: object) => Promise<{ instance: { exports: object } }> };

/** What the package's entry point does, which needs a bundler that can import .wasm files; under Node it is done by hand. */
const loadEngine = async (): Promise<typeof SchemaEngine> => {
  const glueFile = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const glue: Glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const binary = await readFile(path.join(path.dirname(glueFile), 'schema_engine_bg.wasm'));
  const { WebAssembly } = globalThis as unknown as { WebAssembly: Wasm };
  const { instance } = await WebAssembly.instantiate(binary, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports as { __wbindgen_start: () => void }).__wbindgen_start();
  // The engine reports its own crashes here; without it they are unreadable.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: console.error } });
  return glue.SchemaEngine;
};

/**
 * PostgreSQL's internal one-byte type, `"char"`; its catalogue uses it for kinds of things: 'r' is a table, 'i' an index.
 * @prisma/adapter-pg 7.10 refuses a result that holds one, yet the schema engine's own queries return them.
 */
const internalChar = 18;
const text = 25;
/** Marks the name of such a column on its way through the adapter; no real name can hold this byte. */
const mark = '\0char';

class CatalogueClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    // Before `connect` adds the client's own listener, so that it sees the changed description.
    this.connection.on('rowDescription', ({ fields }: { fields: pg.FieldDef[] }) => {
      for (const field of fields.filter(({ dataTypeID }) => dataTypeID === internalChar)) {
        field.dataTypeID = text;
        field.name += mark;
      }
    });
  }
}

/** @prisma/adapter-pg for reading PostgreSQL's catalogue. */
const catalogueAdapters = (url: string): SqlDriverAdapterFactory => {
  const adapters = new PrismaPg(new pg.Pool({ connectionString: url, Client: CatalogueClient }), {
    disposeExternalPool: true,
  });
  return {
    provider: adapters.provider,
    adapterName: adapters.adapterName,
    connect: async () => reportChars(await adapters.connect()),
  };
};

const reportChars = (adapter: SqlDriverAdapter): SqlDriverAdapter => {
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const { columnNames, columnTypes, rows } = await queryRaw(query);
    const isChar = columnNames.map((name) => name.endsWith(mark));
    return {
      columnNames: columnNames.map((name, index) => (isChar[index] ? name.slice(0, -mark.length) : name)),
      columnTypes: columnTypes.map((type, index) => (isChar[index] ? ColumnTypeEnum.Character : type)),
      rows,
    };
  };
  return adapter;
};
