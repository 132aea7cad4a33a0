import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, type SqlDriverAdapter, type SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from '#platform/database/pg.ts';

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
export const catalogueAdapters = (url: string): SqlDriverAdapterFactory => {
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
