/** Boolean conditions on the lexemes of a document, as PostgreSQL's tsquery. */

declare const tsquery: unique symbol;
/** Text that `::tsquery` accepts as it is: nothing of what people type is an operator in it. */
export type TsQuery = string & { readonly [tsquery]: true };

export const lexeme = (text: string): TsQuery => `'${text.replaceAll(/['\\]/g, (char) => char + char)}'` as TsQuery;

const joined = (parts: readonly TsQuery[], operator: '&' | '|'): TsQuery | undefined =>
  parts.length > 1 ? (`(${parts.join(operator)})` as TsQuery) : parts[0];

const given = (parts: readonly (TsQuery | undefined)[]): TsQuery[] => parts.filter((part) => part !== undefined);

/** All of them; what is undefined is no condition. */
export const allOf = (...parts: readonly (TsQuery | undefined)[]): TsQuery | undefined => joined(given(parts), '&');
export const anyOf = (...parts: readonly (TsQuery | undefined)[]): TsQuery | undefined => joined(given(parts), '|');
export const not = (part: TsQuery): TsQuery => `!${part}` as TsQuery;
