/** What gateways have counted, put together and in words: what may go first, then what is used by whom. */
import type { FieldUsage } from '#contracts/field-usage.ts';

export interface FieldReport {
  /** All gateways have counted since then. */
  readonly since: string;
  readonly fields: readonly ReportedField[];
}

interface ReportedField {
  readonly field: string;
  readonly deprecated?: string | undefined;
  readonly operations: number;
  readonly clients: Readonly<Record<string, number>>;
}

/** Of at least one gateway. Deprecated fields first, the least used of each first. */
export const together = (usages: readonly FieldUsage[]): FieldReport => {
  const fields = new Map<string, { deprecated: string | undefined; clients: Map<string, number> }>();
  for (const { field, deprecated, clients } of usages.flatMap((usage) => usage.fields)) {
    const known = fields.get(field) ?? { deprecated, clients: new Map<string, number>() };
    fields.set(field, known);
    for (const [client, count] of Object.entries(clients))
      known.clients.set(client, (known.clients.get(client) ?? 0) + count);
  }
  const reported = [...fields].map(([field, { deprecated, clients }]) => {
    const sorted = [...clients].toSorted(([, a], [, b]) => b - a);
    const operations = sorted.reduce((sum, [, count]) => sum + count, 0);
    return { field, ...(deprecated !== undefined && { deprecated }), operations, clients: Object.fromEntries(sorted) };
  });
  return {
    since:
      usages
        .map(({ since }) => since)
        .toSorted()
        .at(-1) ?? '',
    fields: reported.toSorted(inOrder),
  };
};

const inOrder = (a: ReportedField, b: ReportedField): number =>
  Number(b.deprecated !== undefined) - Number(a.deprecated !== undefined) ||
  a.operations - b.operations ||
  (a.field < b.field ? -1 : 1);

export const asText = ({ since, fields }: FieldReport): string => {
  const deprecated = fields.filter((field) => field.deprecated !== undefined);
  const others = fields.filter((field) => field.deprecated === undefined);
  const unused = others.filter(({ operations }) => operations === 0);
  const used = others.filter(({ operations }) => operations > 0).toReversed();
  return [
    `${fields.length} fields, counted since ${since}`,
    ...section('Deprecated', deprecated.map(lineOf)),
    ...section('Used by nobody', byType(unused)),
    ...section('Used', used.map(lineOf)),
  ].join('\n');
};

const section = (title: string, lines: readonly string[]): string[] => [
  '',
  `${title}:`,
  ...(lines.length > 0 ? lines : ['  none']),
];

const lineOf = ({ field, deprecated, operations, clients }: ReportedField): string => {
  const users = Object.entries(clients).map(([client, count]) => `${client} ${count}`);
  const use = operations === 0 ? 'nobody: may go' : `${operations} (${users.join(', ')})`;
  return `  ${field}  ${use}${deprecated === undefined ? '' : `  # ${deprecated}`}`;
};

/** `Type: a, b` */
const byType = (fields: readonly ReportedField[]): string[] => {
  const groups = Map.groupBy(fields, ({ field }) => field.slice(0, field.indexOf('.')));
  return [...groups].toSorted().map(([type, members]) => {
    const names = members.map(({ field }) => field.slice(type.length + 1));
    return `  ${type}: ${names.toSorted().join(', ')}`;
  });
};
