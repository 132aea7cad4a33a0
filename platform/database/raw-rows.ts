/**
 * Column lists for raw SQL, derived from Prisma's client: a new column appears in all of them, and a row without a value
 * for it does not compile. `totalAmount` is the column `total_amount`, as our schemas map it.
 */

/** `Prisma.OrderScalarFieldEnum` */
type FieldEnum = Readonly<Record<string, string>>;

export const columnOf = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const fieldsWithout = <E extends FieldEnum, F extends keyof E & string = never>(
  fields: E,
  ...left: readonly F[]
): readonly Exclude<keyof E & string, F>[] =>
  Object.keys(fields).filter((field): field is Exclude<keyof E & string, F> => !left.some((each) => each === field));

/** For a SELECT: `o.total_amount AS "totalAmount", …`. */
export const selected = (fields: readonly string[], table: string): string =>
  fields.map((field) => `${table}.${columnOf(field)} AS "${field}"`).join(', ');

/** For an INSERT and the SELECT that feeds it: `total_amount, …`. */
export const columns = (fields: readonly string[]): string => fields.map(columnOf).join(', ');

/** For an ON CONFLICT: `total_amount = excluded.total_amount, …`. */
export const replaced = (fields: readonly string[]): string =>
  fields.map((field) => `${columnOf(field)} = excluded.${columnOf(field)}`).join(', ');

/** JSON is checked where it is read. */
type Value<T> = [string | number | boolean] extends [T] ? unknown : T;

/** A row with a value, null included, for each of the fields. */
export type Filled<Model, Field extends keyof Model> = { readonly [F in Field]: Value<Model[F]> };

/** For `jsonb_populate_recordset(NULL::table, …)`, which takes the types of the columns from the table. */
export const asJson = <Field extends string>(
  fields: readonly Field[],
  rows: readonly Record<Field, unknown>[],
): string =>
  JSON.stringify(rows.map((row) => Object.fromEntries(fields.map((field) => [columnOf(field), row[field]]))));
